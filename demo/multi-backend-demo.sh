#!/usr/bin/env bash
# One image through all four backends: a folder, S3, Google Cloud Storage and Azure, each on a server that this script starts as a
# local process and stops again. Prints what each push and pull took: seconds, bytes, requests.
# Needs Node's npm, Docker, and Go for the S3 and the GCS server where they are not installed yet.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=demo/common.sh
source demo/common.sh
read_arguments "$@"

work=$(mktemp -d)
image="oci-store-demo-$$:v1"
bucket=demo-images
account=devstoreaccount1
# Azurite's well-known key: public, and good for nothing else.
account_key="Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
servers=()
# shellcheck disable=SC2329 # called by the trap
clean_up() {
  for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
  docker rmi --force "$image" >/dev/null 2>&1 || true
  rm -rf "$work"
}
clean_up_at_exit

go_tool() { # go_tool NAME MODULE: the path of a server written in Go, installed if it has to be
  local name=$1 module=$2 path
  path=$(command -v "$name") || path=$(go env GOPATH 2>/dev/null)/bin/$name
  if [ ! -x "$path" ]; then
    [ "$install" = yes ] || fail "$name is not installed (go install $module), and --no-install forbids to install it."
    command -v go >/dev/null || fail "$name is not installed, and building it needs Go 1.21 or newer: https://go.dev/dl/"
    say "Building $name (a minute or two, once)" >&2
    go install "$module" >&2
  fi
  echo "$path"
}

free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'; }

serve() { # serve NAME PORT COMMAND...: starts a server and waits until it answers
  local name=$1 port=$2
  "${@:3}" >"$work/$name.log" 2>&1 &
  servers+=($!)
  for _ in $(seq 100); do
    if curl --silent --output /dev/null "http://127.0.0.1:$port/"; then return; fi
    sleep 0.1
  done
  tail -n 5 "$work/$name.log" >&2
  fail "$name does not start"
}

count() { # count NAME PORT: sets $counted to an address that passes requests on to that port and counts them
  : >"$work/$1.requests"
  node demo/count-requests.js "http://127.0.0.1:$2" "$work/$1.requests" >"$work/$1.address" &
  servers+=($!)
  for _ in $(seq 100); do
    if [ -s "$work/$1.address" ]; then break; fi
    sleep 0.1
  done
  counted=$(cat "$work/$1.address")
}

find_daemon
install_oci_store

say "Starting the stores"
s3_port=$(free_port) gcs_port=$(free_port) azure_port=$(free_port)
versitygw=$(go_tool versitygw github.com/versity/versitygw/cmd/versitygw@v1.8.0)
fake_gcs=$(go_tool fake-gcs-server github.com/fsouza/fake-gcs-server@v1.56.1)
mkdir -p "$work/s3/$bucket" "$work/azure"
serve versitygw "$s3_port" env ROOT_ACCESS_KEY=demo ROOT_SECRET_KEY=demo-secret \
  "$versitygw" --port "127.0.0.1:$s3_port" posix "$work/s3"
serve fake-gcs-server "$gcs_port" "$fake_gcs" -scheme http -host 127.0.0.1 -port "$gcs_port" -backend memory
serve azurite "$azure_port" node node_modules/azurite/dist/src/blob/main.js --silent --disableTelemetry \
  --skipApiVersionCheck --blobHost 127.0.0.1 --blobPort "$azure_port" --location "$work/azure"
count s3 "$s3_port" && s3=$counted
count gcs "$gcs_port" && gcs=$counted
count azure "$azure_port" && azure=$counted/$account
export AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo-secret AZURE_STORAGE_KEY=$account_key

say "Creating a bucket on each (oci-store never does)"
curl --silent --fail --output /dev/null --header "Content-Type: application/json" --data "{\"name\": \"$bucket\"}" \
  "http://127.0.0.1:$gcs_port/storage/v1/b?project=demo"
# shellcheck disable=SC2016 # JavaScript, not shell
node --input-type=module -e '
  import { BlobServiceClient } from "@azure/storage-blob"
  const [address, account, key, container] = process.argv.slice(1)
  const connection = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${address};`
  await BlobServiceClient.fromConnectionString(connection).createContainer(container)
' "http://127.0.0.1:$azure_port/$account" "$account" "$account_key" "$bucket"

say "Building an image that runs"
build_image "$image" "$work/image"
id=$(image_id "$image")

transfer() { # transfer STEP BACKEND push|pull ARGUMENT...: runs oci-store and adds a row to the table
  local step=$1 backend=$2 before=0 after=-
  local requests=$work/$backend.requests
  if [ -f "$requests" ]; then before=$(wc -l <"$requests"); fi
  echo "\$ oci-store ${*:2}"
  oci_store "${@:2}" --quiet --json >"$work/result"
  if [ -f "$requests" ]; then after=$(($(wc -l <"$requests") - before)); fi
  node -e '
    const [backend, step, requests, file] = process.argv.slice(1)
    const { seconds, stored, read } = JSON.parse(require("fs").readFileSync(file, "utf8"))
    const { bytes } = stored ?? read
    console.log([backend, step, seconds.toFixed(2), (bytes / 1e6).toFixed(1), requests].join("\t"))
  ' "$backend" "$step" "$after" "$work/result" >>"$work/table"
}

round_trip() { # round_trip BACKEND STORE FLAG...
  local backend=$1 reference=$2/demo:v1
  say "$backend"
  transfer push "$backend" push "${@:3}" --image "$image" "$reference"
  transfer "push again" "$backend" push "${@:3}" --image "$image" "$reference"
  docker rmi "$image" >/dev/null
  transfer pull "$backend" pull "${@:3}" --image "$image" "$reference"
  same "The image id" "$id" "$(image_id "$image")"
  docker run --rm --network none "$image" | grep "hello from the store" || fail "the image did not say hello"
}

round_trip file "$work/store"
round_trip s3 "$bucket" --endpoint "$s3" --region us-east-1
round_trip gcs "$bucket" --endpoint "$gcs"
round_trip azure "$bucket" --endpoint "$azure" --account-name "$account"

say "The same image, $id, came back from all four"
{
  printf 'store\tstep\tseconds\tMB\trequests\n'
  cat "$work/table"
} | awk -F '\t' '{ printf "%-8s %-11s %8s %8s %9s\n", $1, $2, $3, $4, $5 }'
