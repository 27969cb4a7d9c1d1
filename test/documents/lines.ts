/**
 * The command lines of the project's first documentation, as they were printed there; users have them in their scripts. Left out
 * is what builds a program that was written in Go, and what makes buckets.
 * @module
 */

export interface PrintedLine {
  readonly line: string
  /** What has to be in the store before: pushed by this line. */
  readonly after?: string
  /** Of a line that cannot be right, what it is answered with; exit code 2. */
  readonly answer?: string
}

const pushAndPull = (push: string, pull: string): readonly PrintedLine[] => [
  { line: push },
  { line: pull, after: push },
]

/** Azurite's well-known key. */
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

const production = `oci-s3 push my-bucket/myapp:v1.0 --region eu-west-1 --root-dir /production`

export const LINES: readonly PrintedLine[] = [
  { line: "docker ps" },

  // oci-store, S3
  ...pushAndPull(
    "./oci-store s3 push --region us-east-1 my-bucket/myapp:v1.0",
    "./oci-store s3 pull --region us-east-1 my-bucket/myapp:v1.0",
  ),
  {
    line: "./oci-store s3 push --region us-east-1 --endpoint https://minio.local:9000 my-bucket/myapp:v1.0",
  },
  { line: "oci-store s3 push --region us-east-1 my-bucket/myapp:latest --image mylocalapp:latest" },
  ...pushAndPull(
    `oci-store s3 push \\
    --region us-east-1 \\
    --image myimage:latest \\
    my-bucket/myapp:v1.0`,
    `oci-store s3 pull \\
    --region us-east-1 \\
    my-bucket/myapp:v1.0`,
  ),
  {
    line: "AWS_REGION=us-east-1 ./oci-store s3 push --endpoint http://localhost:4566 test-bucket/myapp:v1.0",
  },

  // oci-store without backend
  ...pushAndPull("oci-store push my-bucket/myapp:v1.0", "oci-store pull my-bucket/myapp:v1.0"),
  { line: "oci-store push my-bucket/myapp:v1.0 --image localhost/myapp:latest" },
  { line: "oci-store push my-bucket/myapp:v1.0 --region us-west-2" },
  { line: "oci-store push my-bucket/myapp:v1.0 --endpoint http://localhost:9000" },
  { line: "oci-store push my-bucket/myapp:v1.0 --root-dir /registry" },

  // oci-store, Google Cloud Storage
  { line: "./oci-store gcs push --project-id my-project my-bucket/myapp:v1.0" },
  {
    line: "./oci-store gcs pull --project-id my-bucket/myapp:v1.0",
    answer: "--project-id took it for its value. Expected: --project-id VALUE bucket/path:tag",
  },
  // Printed with port 4566, LocalStack's, which serves no Google Cloud Storage.
  {
    line: "GOOGLE_CLOUD_PROJECT=demo ./oci-store gcs push --endpoint http://localhost:4443 test-gcs-bucket/myapp:v1.0",
  },

  // oci-store, Azure
  ...pushAndPull(
    "./oci-store azure push --account-name myaccount --account-key mykey my-container/myapp:v1.0",
    "./oci-store azure pull --account-name myaccount --account-key mykey my-container/myapp:v1.0",
  ),
  {
    line: `AZURE_STORAGE_ACCOUNT=devstoreaccount1 AZURE_STORAGE_KEY=${KEY} \\
./oci-store azure push --account-name devstoreaccount1 --account-key ${KEY} test-container/myapp:v1.0`,
  },

  // oci-s3
  ...pushAndPull("oci-s3 push my-bucket/myapp:v1.0", "oci-s3 pull my-bucket/myapp:v1.0"),
  { line: "docker run --network none myapp:v1.0" },
  { line: "oci-s3 push my-bucket/myapp:v1.0 --image localhost/myapp:latest" },
  { line: "oci-s3 push my-bucket/myapp:v1.0 --region us-west-2" },
  { line: "oci-s3 push my-bucket/myapp:v1.0 --endpoint http://localhost:9000" },
  { line: "oci-s3 push my-bucket/myapp:v1.0 --root-dir /registry" },
  {
    line: `oci-s3 push my-bucket/myapp:v1.0 \\
  --endpoint http://localhost:9000 \\
  --region us-east-1`,
  },
  {
    line: `oci-s3 push my-bucket/myapp:v1.0 \\
  --root-dir /docker/registry`,
  },
  {
    line: `oci-s3 pull my-bucket/myapp:v1.0 \\
  --region eu-west-1 \\
  --root-dir /production`,
    after: production,
  },
  { line: "oci-s3 push my-bucket/myapp:v1.0 --region us-east-1" },
]
