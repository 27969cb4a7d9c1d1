#!/usr/bin/env bash
# The main job, start to finish: a real image from the Docker daemon into a folder and back, with no registry to run.
# Needs Node's npm and Docker; installs Docker's engine where it can (Debian or Ubuntu, as root), unless told --no-install.
set -euo pipefail
cd "$(dirname "$0")/.."

install=yes
for argument in "$@"; do
  case $argument in
    --no-install) install=no ;;
    *)
      echo "usage: demo/quick-start.sh [--no-install]" >&2
      exit 2
      ;;
  esac
done

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf '\nFAILED: %s\n' "$*" >&2
  exit 1
}
same() { [ "$2" = "$3" ] || fail "$1 differs: '$2' before, '$3' after"; }

work=$(mktemp -d)
image="oci-store-demo-$$:v1"
store=$work/store
# shellcheck disable=SC2329 # called by the trap
clean_up() {
  docker rmi --force "$image" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

oci_store() { node bin/oci-store.js "$@"; }
image_id() { docker image inspect --format '{{.Id}}' "$1"; }

daemon_answers() { command -v docker >/dev/null && docker version >/dev/null 2>&1; }

start_daemon() {
  service docker start >/dev/null 2>&1 || true
  for _ in 1 2 3 4 5; do
    if daemon_answers; then return; fi
    sleep 1
  done
  # No service manager (a container, for example): start it by hand.
  nohup dockerd >/tmp/dockerd.log 2>&1 </dev/null &
  for _ in $(seq 30); do
    if daemon_answers; then return; fi
    sleep 1
  done
  tail -n 5 /tmp/dockerd.log >&2
  fail "dockerd does not start"
}

find_daemon() {
  if daemon_answers; then return; fi
  if [ -n "${DOCKER_HOST:-}" ]; then fail "No Docker daemon answers at DOCKER_HOST=$DOCKER_HOST."; fi
  if [ "$install" = no ]; then fail "No Docker daemon answers, and --no-install forbids to install one."; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    fail "No Docker daemon answers. Install Docker (https://docs.docker.com/engine/install/), start it, and see that 'docker ps' works for $(id -un)."
  fi
  if ! command -v dockerd >/dev/null; then
    say "No Docker here: installing the package docker.io (it stays installed)"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq docker.io >/dev/null
  fi
  say "Starting the Docker daemon (it keeps running)"
  start_daemon
}

# A runnable image out of what this machine has: a shell, a few tools, the libraries that they are linked with, and some ballast.
build_image() {
  local root=$work/image
  mkdir -p "$root/base" "$root/app"
  for tool in sh ls cat sha256sum perl git; do
    local path
    path=$(command -v "$tool") || continue
    for file in "$path" $(ldd "$path" 2>/dev/null | grep -o '/[^ ]*'); do
      mkdir -p "$root/base$(dirname "$file")"
      cp -Lu "$file" "$root/base$file"
    done
  done
  head -c 24000000 /dev/urandom >"$root/app/ballast"
  (cd "$root/app" && sha256sum ballast >ballast.sha256)
  printf '#!%s\ncd /app && sha256sum -c ballast.sha256 && echo "hello from the store"\n' "$(command -v sh)" >"$root/app/hello"
  chmod +x "$root/app/hello"
  printf 'FROM scratch\nCOPY base/ /\nCOPY app/ /app/\nENV PATH=%s\nCMD ["/app/hello"]\n' "$PATH" >"$root/Dockerfile"
  DOCKER_BUILDKIT=0 docker build --quiet --tag "$image" "$root" 2>/dev/null >/dev/null
}

find_daemon

say "Installing and building oci-store"
npm ci --no-audit --no-fund --loglevel=error
npm run --silent build

say "Docker $(docker version --format '{{.Server.Version}}') answers; building an image that runs"
build_image
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
