#!/usr/bin/env bash
# The main job, start to finish: a real image from the Docker daemon into a folder and back, with no registry to run.
# Needs Node's npm and Docker; installs Docker's engine where it can (Debian or Ubuntu, as root), unless told --no-install.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=demo/common.sh
source demo/common.sh
read_arguments "$@"

work=$(mktemp -d)
image="oci-store-demo-$$:v1"
store=$work/store
# shellcheck disable=SC2329 # called by the trap
clean_up() {
  docker rmi --force "$image" >/dev/null 2>&1 || true
  rm -rf "$work"
}
clean_up_at_exit

find_daemon

install_oci_store

say "Docker $(docker version --format '{{.Server.Version}}') answers; building an image that runs"
build_image "$image" "$work/image"
docker images --filter "reference=$image"
id_before=$(image_id "$image")

say "Push: oci-store file push --image $image $store/demo:v1"
time oci_store file push --image "$image" --digest-file "$work/pushed" "$store/demo:v1"

say "Removing the image from the daemon"
docker rmi "$image" >/dev/null
if docker image inspect "$image" >/dev/null 2>&1; then fail "the image is still in the daemon"; fi

say "Pull: oci-store file pull --image $image $store/demo:v1"
time oci_store file pull --image "$image" --digest-file "$work/pulled" "$store/demo:v1"

say "Running it"
docker run --rm --network none "$image" | tee "$work/output"
grep -q "hello from the store" "$work/output" || fail "the image did not say hello"
same "The image id" "$id_before" "$(image_id "$image")"
same "The digest" "$(sed 's/.*@//' "$work/pushed")" "$(sed 's/.*@//' "$work/pulled")"
echo "Same image id:  $id_before"
echo "Same digest:    $(sed 's/.*@//' "$work/pulled")"

say "What lies in the store: the layout of the CNCF registry, which a stock registry can serve"
(cd "$store" && find . -type f -size +0 | sort | sed 's/[0-9a-f]\{56\}/…/g')
echo "In all: $(du -sh "$store" | cut -f1)"

say "Push again: nothing is uploaded twice"
find "$store" -type f -path '*/blobs/*' | sort >"$work/blobs-before"
time oci_store file push --json --image "$image" "$store/demo:v1" | tee "$work/again"
find "$store" -type f -path '*/blobs/*' | sort | diff "$work/blobs-before" - || fail "the second push changed the blobs"
node -e '
  const { stored } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))
  if (stored.blobs !== 0) { console.error("the second push stored", stored); process.exit(1) }
' "$work/again" || fail "the second push uploaded something"
if docker images --format '{{.Repository}}' | grep -q '^127\.0\.0\.1:'; then fail "a temporary name is left in the daemon"; fi

say "Done. The demo's image and store are removed again."
