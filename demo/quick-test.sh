#!/usr/bin/env bash
# The command line, checked from outside: help, validation, exit codes. Needs neither a Docker daemon nor a network.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -d dist ]; then npm ci --no-audit --no-fund --loglevel=error; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# Nothing of whoever runs this: no keys, no configuration, no daemon; and nobody waits for a cloud's metadata server.
clean=(env -i "PATH=$PATH" "HOME=$work" DOCKER_HOST=unix:///nonexistent/docker.sock
  AWS_EC2_METADATA_DISABLED=true METADATA_SERVER_DETECTION=none NO_COLOR=1)

check() { # check CODE TEXT [VARIABLE=VALUE...] oci-store ARGUMENT...: exit code, and what has to be said
  local code=$1 text=$2 got=0
  shift 2
  "${clean[@]}" "${@/#oci-store/$PWD/bin/oci-store.js}" >"$work/said" 2>&1 || got=$?
  if [ "$got" = "$code" ] && grep -qF -- "$text" "$work/said"; then
    passed=$((passed + 1))
    printf 'ok      %s\n' "$*"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n        expected exit code %s and "%s"; got %s and:\n' "$*" "$code" "$text" "$got"
    sed 's/^/        /' "$work/said"
  fi
}

echo "== Help"
check 0 "Multi-Backend Docker Image Storage" oci-store --help
for command in push pull completion; do check 0 "Usage:" oci-store "$command" --help; done
for backend in s3 gcs azure file; do
  check 0 "Usage:" oci-store "$backend" --help
  check 0 "Push an image" oci-store "$backend" push --help
  check 0 "Pull an image" oci-store "$backend" pull --help
done
check 0 "$(node -p 'require("./package.json").version')" oci-store --version
check 0 "complete" oci-store completion bash

echo "== What is missing, and where to say it"
check 2 "requires region" oci-store s3 push my-bucket/myapp:v1.0
check 2 "requires project ID" oci-store gcs push my-bucket/myapp:v1.0
check 2 "requires account name" oci-store azure push my-container/myapp:v1.0
check 2 "account name needs to be specified" oci-store azure pull my-container/myapp:v1.0
check 2 "The reference is missing" oci-store s3 push --region us-east-1
check 2 "Expected: --project-id VALUE" oci-store gcs pull --project-id my-bucket/myapp:v1.0

echo "== What is wrong"
check 2 "no command 'sl3' (did you mean 's3'" oci-store sl3 push my-bucket/myapp:v1.0
check 2 "nope" oci-store s3 push --nope my-bucket/myapp:v1.0
check 2 "no meaning for the backend" oci-store push --account-name acme s3://my-bucket/myapp:v1.0
check 2 "the tag after ':' is empty" oci-store s3 push my-bucket/myapp:
check 2 "image names are lower case" oci-store s3 push my-bucket/MyApp:v1.0
check 2 "no image in it" oci-store s3 pull my-bucket
check 2 "looks like the path of a folder" oci-store s3 pull /srv/images/myapp:v1.0
check 2 "'..'" oci-store s3 pull my-bucket/../myapp:v1.0

echo "== What is right gets as far as the daemon, which is not there"
check 3 "Docker" AWS_REGION=us-east-1 oci-store s3 push my-bucket/myapp:v1.0
check 3 "Docker" oci-store s3 push --region us-east-1 --image myapp:dev my-bucket/myapp:v1.0
check 3 "Docker" oci-store push my-bucket/myapp:v1.0 --region us-west-2
check 3 "Docker" oci-store gcs pull --endpoint http://127.0.0.1:1 my-bucket/myapp:v1.0
check 3 "Docker" oci-store azure push -a acme -k a2V5 my-container/myapp:v1.0
check 3 "Docker" oci-store file push "$work/images/myapp:v1.0"

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
