# What the demos share: sourced by them, not run.
# shellcheck shell=bash

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf '\nFAILED: %s\n' "$*" >&2
  exit 1
}
same() { [ "$2" = "$3" ] || fail "$1 differs: '$2' before, '$3' after"; }

# Sets $install: whether what is missing may be installed.
read_arguments() {
  install=yes
  local argument
  for argument in "$@"; do
    case $argument in
      --no-install) install=no ;;
      *)
        echo "usage: $0 [--no-install]" >&2
        exit 2
        ;;
    esac
  done
}

# Calls clean_up on every way out.
clean_up_at_exit() {
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

oci_store() { node bin/oci-store.js "$@"; }
image_id() { docker image inspect --format '{{.Id}}' "$1"; }

install_oci_store() {
  say "Installing and building oci-store"
  npm ci --no-audit --no-fund --loglevel=error
  npm run --silent build
}

daemon_answers() { command -v docker >/dev/null && docker version >/dev/null 2>&1; }

# Starts the daemon that is installed.
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

# Finds the Docker daemon, or installs and starts one where it can (Debian or Ubuntu, as root).
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
build_image() { # build_image NAME FOLDER
  local image=$1 root=$2
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
