/**
 * The distribution API as one writes it by hand, for shapes that no client makes and answers that none shows.
 * @module
 */
import { type Digest, digestOf } from "../../src/oci/digest.ts"
import { MANIFEST_TYPES, OCTET_STREAM } from "../../src/oci/media-types.ts"
import type { Content, Manifest } from "./oci-content.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
}

export interface Request {
  readonly method?: string
  readonly headers?: Record<string, string>
  /** Sent with its length, or in chunks. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
}

/**
 * Milliseconds for an answer: a request that hangs is named by its stack. More than a store may be silent for, and its driver try
 * again.
 */
const PATIENCE = 240_000

const ACCEPT = Object.keys(MANIFEST_TYPES).join(", ")

/** @param url of a registry: `http://<address>/v2/…` */
export async function call(
  url: string | URL,
  { method = "GET", headers, body }: Request = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { accept: ACCEPT, ...headers },
    signal: AbortSignal.timeout(PATIENCE),
    ...(body && { body: body as NonNullable<RequestInit["body"]>, duplex: "half" }),
  })
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}

/** Pushes by POST and PUT, tagging the root. What the registry has is not sent again. */
export async function pushContent(
  address: string,
  name: string,
  tag: string,
  content: Content,
): Promise<void> {
  for (const [digest, bytes] of content.blobs) await pushBlob(address, name, digest, bytes)
  for (const child of content.children) await putManifest(address, name, child.digest, child)
  await putManifest(address, name, tag, content.root)
}

async function pushBlob(address: string, name: string, digest: Digest, bytes: Uint8Array): Promise<void> {
  const { status } = await call(`http://${address}/v2/${name}/blobs/${digest}`, { method: "HEAD" })
  if (status !== 200) await uploadBlob(address, name, digest, bytes)
}

/** As containerd, BuildKit and regctl do it: POST, then everything in a PUT that says what it will be. */
export async function uploadBlob(
  address: string,
  name: string,
  digest: Digest,
  bytes: Uint8Array,
): Promise<void> {
  const upload = await startUpload(address, name)
  await finishUpload(upload, digest, bytes)
}

/** As Docker's classic store does it: POST, a PATCH of unknown length, and a PUT that tells the digest in the end. */
export async function streamBlob(
  address: string,
  name: string,
  digest: Digest,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  const upload = await startUpload(address, name)
  const patched = await expectStatus(202, call(upload, { method: "PATCH", body: source }))
  await finishUpload(new URL(patched.headers.get("location") ?? "", upload), digest)
}

async function startUpload(address: string, name: string): Promise<URL> {
  const uploads = `http://${address}/v2/${name}/blobs/uploads/`
  const { headers } = await expectStatus(202, call(uploads, { method: "POST" }))
  return new URL(headers.get("location") ?? "", uploads)
}

async function finishUpload(upload: URL, digest: Digest, bytes?: Uint8Array): Promise<void> {
  upload.searchParams.set("digest", digest)
  const headers = { "content-type": OCTET_STREAM }
  await expectStatus(201, call(upload, { method: "PUT", headers, ...(bytes && { body: bytes }) }))
}

export async function putManifest(
  address: string,
  name: string,
  reference: string,
  { mediaType, bytes }: Manifest,
): Promise<void> {
  await expectStatus(
    201,
    call(`http://${address}/v2/${name}/manifests/${reference}`, {
      method: "PUT",
      headers: { "content-type": mediaType },
      body: bytes,
    }),
  )
}

/** Reads everything of the content, by digest and the root by tag too. Returns what is not as it was pushed. */
export async function differences(
  address: string,
  name: string,
  tag: string,
  { blobs, children, root }: Content,
): Promise<readonly string[]> {
  const repository = `http://${address}/v2/${name}`
  const found: string[] = []
  const compare = async (path: string, digest: Digest, bytes: Buffer, type?: string): Promise<void> => {
    const answer = await call(`${repository}/${path}`)
    if (answer.status !== 200) found.push(`${path}: ${answer.status} ${answer.bytes.toString()}`)
    else if (!answer.bytes.equals(bytes)) found.push(`${path}: ${digestOf(answer.bytes)}`)
    else if (type !== undefined && answer.headers.get("content-type") !== type)
      found.push(`${path}: ${answer.headers.get("content-type")}`)
    else if (type !== undefined && answer.headers.get("docker-content-digest") !== digest)
      found.push(`${path}: ${answer.headers.get("docker-content-digest")}`)
  }
  for (const [digest, bytes] of blobs) await compare(`blobs/${digest}`, digest, bytes)
  for (const { mediaType, digest, bytes } of [...children, root])
    await compare(`manifests/${digest}`, digest, bytes, mediaType)
  await compare(`manifests/${tag}`, root.digest, root.bytes, root.mediaType)
  return found
}

/** Status by which the registry answers for a manifest. */
export async function manifestStatus(address: string, name: string, reference: string): Promise<number> {
  return (await call(`http://${address}/v2/${name}/manifests/${reference}`)).status
}

/** In the registry's order. */
export async function listTags(address: string, name: string): Promise<readonly string[]> {
  const answer = await expectStatus(200, call(`http://${address}/v2/${name}/tags/list`))
  return (JSON.parse(answer.bytes.toString()) as { tags: readonly string[] | null }).tags ?? []
}

export async function deleteManifest(address: string, name: string, reference: string): Promise<void> {
  await expectStatus(202, call(`http://${address}/v2/${name}/manifests/${reference}`, { method: "DELETE" }))
}

/** Another answer than the one that was hoped for. */
export class UnexpectedAnswer extends Error {
  readonly answer: Answer

  constructor(expected: number, answer: Answer) {
    super(`${expected} expected, ${answer.status} came: ${answer.bytes.toString()}`)
    this.answer = answer
  }
}

/** @throws UnexpectedAnswer if it is another one */
export async function expectStatus(status: number, answer: Promise<Answer>): Promise<Answer> {
  const answered = await answer
  if (answered.status === status) return answered
  throw new UnexpectedAnswer(status, answered)
}
