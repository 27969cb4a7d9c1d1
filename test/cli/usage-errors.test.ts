import { expect, it } from "vitest"
import { run } from "./run.ts"

const HEX = "0".repeat(64)

/** Each of them is wrong, and found to be before a daemon or a store is asked for anything. */
const COMMAND_LINES = [
  "nope",
  "pussh my-bucket/app:1",
  "azure pull my-container/app:1",
  "azure push --account-name acme --credential-type shared_key my-container/app:1",
  "azure push --account-name acme --credential-type key my-container/app:1",
  "azure push --account-name acme --region eu-west-1 my-container/app:1",
  "azure push my-container",
  "push --region eu-west-1 azblob://my-container/app:1",
  "serve my-bucket",
  "s3 psuh my-bucket/app:1",
  "s3 serve my-bucket",
  "my-bucket/app:1",
  "s3 my-bucket/app:1",
  "--nope",
  "--nope s3 push my-bucket/app:1",
  "s3 push --regoin eu-west-1 my-bucket/app:1",
  "s3 push --nope=3 my-bucket/app:1",
  "s3 push -x my-bucket/app:1",
  "s3 push -- -x",
  "s3 push --dir ./images app:1",
  "file push --region eu-west-1 ./images/app:1",
  "push --region eu-west-1 file:///srv/images/app:1",
  "s3 pull --force my-bucket/app:1",
  "s3 push",
  "s3 pull --image app:1",
  "gcs pull --project-id my-bucket/myapp:v1.0",
  "gcs pull --region eu-west-1 my-bucket/app:1",
  "file push",
  "file push --dir ./images",
  "push",
  "s3 push my-bucket",
  "s3 push MyBucket/App:1",
  "s3 push my-bucket/app:",
  "s3 push ./images/app:1",
  "s3 push my-bucket/app@sha256:12",
  `s3 push my-bucket/app@sha256:${HEX}`,
  "s3 push localhost:5000/app:1",
  "s3 push file:///srv/images/app:1",
  "push ftp://my-bucket/app:1",
  "push gs:/my-bucket/app:1",
  "s3 push gcs://my-bucket/app:1",
  "file push app:1",
  "file push --dir ./images Team/App:1",
  "push my-bucket/app:1 other/app:1",
  "file push ./a/app:1 ./b/app:1",
  "pull my-bucket/app:1 my-bucket/app:2",
  "s3 push my-bucket/app:1 --image",
  "s3 push my-bucket/app:1 --region=",
  "s3 push my-bucket/app:1 --no-region",
  "s3 push my-bucket/app:1 --quiet=maybe",
  "s3 push my-bucket/app:1 --quiet --verbose",
  "s3 push my-bucket/app:1 --platform amd64",
  "s3 push my-bucket/app:1 --platform linux/arm/v7/x",
  "s3 push my-bucket/app:1 --memory lots",
  "s3 push my-bucket/app:1 --memory 1MiB",
  "s3 push my-bucket/app:1 --concurrency 0",
  "s3 push my-bucket/app:1 --concurrency 1.5",
  "s3 push my-bucket/app:1 --concurrency -1",
  "s3 push my-bucket/app:1 --transport archive",
  "s3 push my-bucket/app:1 --tmp-dir /nowhere/tmp",
  "s3 push my-bucket/app:1 --digest-file /nowhere/digest",
  "s3 pull my-bucket/app:1 --image App:1",
  `s3 pull my-bucket/app:1 --image app@sha256:${HEX}`,
  "s3 push --region eu-west-1 my-bucket/app:1 --secret-key hush",
  "completion",
  "completion tcsh",
  "completion bash zsh",
]

it("explains what is wrong with a command line, and exits with 2", async () => {
  const transcript: string[] = []
  for (const line of COMMAND_LINES) {
    const { code, stdout, stderr } = await run(line.split(" "))
    expect({ line, code, stdout }).toEqual({ line, code: 2, stdout: "" })
    transcript.push(`$ oci-store ${line}\n${stderr}`)
  }
  await expect(transcript.join("\n")).toMatchFileSnapshot("usage-errors.txt")
})
