/**
 * Where requests would go, and who would ask.
 * @module
 */
import { abortable } from "../abort.ts"
import { type Finding, failureOf, from, type Question } from "../diagnosis.ts"
import { endpointUrl } from "../endpoint.ts"
import { explainCredentials } from "./credentials.ts"
import { readNetwork } from "../network-settings.ts"
import { S3_OPTIONS } from "../s3-options.ts"
import { s3Options, type S3Settings } from "./open.ts"
import { findRegion, type Region } from "./region.ts"

export async function explainS3(question: Question): Promise<readonly Finding[]> {
  const { location = "", options, env } = question
  const network = await readNetwork(S3_OPTIONS, options, env)
  const settings = { ...(await s3Options(location, options)), network }
  if (location === "") return [await explainCredentials(settings, question)]
  return [
    explainEndpoint(settings, question),
    await explainRegion(settings, question),
    await explainCredentials(settings, question),
  ]
}

function explainEndpoint({ endpoint, pathStyle }: S3Settings, { origins }: Question): Finding {
  const url = endpointUrl(endpoint)
  const inPath = pathStyle ?? url !== undefined
  const style = `the bucket in the ${inPath ? "path" : "host name"}${from(origins["path-style"])}`
  const text = url ? `${url}${from(origins["endpoint"])}; ${style}` : `AWS; ${style}`
  return { title: "Endpoint", level: "ok", text, facts: { endpoint: url, pathStyle: inPath } }
}

const ORIGINS: Readonly<Record<Exclude<Region["origin"], "options">, string>> = {
  profile: ", from the AWS configuration (environment or profile)",
  server: ", what servers other than AWS expect unless told otherwise",
  bucket: ", from the bucket, which was asked",
}

async function explainRegion(settings: S3Settings, { origins, signal }: Question): Promise<Finding> {
  try {
    const { name, origin } = await abortable(findRegion(settings), signal)
    const text = name + (origin === "options" ? from(origins["region"]) : ORIGINS[origin])
    return {
      title: "Region",
      level: "ok",
      text,
      facts: { region: name, origin: origins["region"] ?? origin },
    }
  } catch (error) {
    signal.throwIfAborted()
    return failureOf("Region", error)
  }
}
