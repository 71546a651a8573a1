#!/bin/sh
# Makes the secrets that this server lacks, sees to the images, and starts the stack. Run it again at any time: what
# is there stays, and what did not change is left running.
#
#   ./start.sh            everything
#   ./start.sh secrets    the secrets and .env alone, for Terraform or to rotate one
#
# Needs Docker with its compose plugin, and openssl where this deployment has a CA of its own.
set -eu
umask 077
cd "$(dirname "$0")"
unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES COMPOSE_ENV_FILES

say() { echo "· $*" >&2; }
fail() { echo "error: $1" >&2; shift; for step in "$@"; do echo "  → $step" >&2; done; exit 1; }

# What this deployment is made of: written by `exploreiot render`.
. ./deployment.sh

check_folder() {
  sha256sum --check --quiet SHA256SUMS >&2 || fail "this folder is not as it was rendered" \
    "copy it here again" \
    "to keep a change of your own: sha256sum the file and put the result into SHA256SUMS"
}

check_docker() {
  case ${DOCKER_HOST:-unix:} in
    unix:*) ;;
    *) fail "DOCKER_HOST is $DOCKER_HOST: secrets are handed over from this machine's disk" "run this on the server itself" ;;
  esac
  docker version >/dev/null 2>&1 || fail "the Docker engine does not answer" "systemctl start docker" "docker version says why"
  docker compose version >/dev/null 2>&1 || fail "docker has no compose plugin" "install the package docker-compose-plugin"
}

# image TAG [NAME@DIGEST]: what is there stays; else the archive, else the registry.
image() {
  ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  if [ -f images.tar ]; then
    say "loading images.tar"
    sha256sum --check --quiet images.tar.sha256 >&2 || fail "images.tar is damaged" "copy it here again"
    docker load --quiet --input images.tar >/dev/null
    ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  fi
  if [ -n "${2:-}" ]; then
    say "pulling $2"
    docker pull --quiet "$2" >/dev/null && docker tag "$2" "$1" && return 0
  fi
  fail "image $1 is not here" "render with --images and copy images.tar along" "or bring it: docker save $1 | ssh SERVER docker load"
}

# settle PATH: PATH.new takes its place, unless it says the same.
settle() {
  chmod 0400 "$1.new"
  if cmp -s "$1.new" "$1"; then rm -f "$1.new"; else mv -f "$1.new" "$1"; fi
}

# secret NAME: 256 bit, URL-safe; one that was brought here is kept.
secret() {
  [ ! -s "secrets/$1" ] || return 0
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' >"secrets/$1.new"
  settle "secrets/$1"
  say "made the secret $1"
}

# keyed FILE …: 12 hex digits that change with the files and say nothing about them.
keyed() {
  (cd secrets && cat hash-key "$@") | sha256sum | cut -c1-12
}

# mosquitto_hash NAME: made once for a password, since a new salt would look like a change.
mosquitto_hash() {
  hash=secrets/hashes/$1-$(keyed "$1")
  if [ ! -s "$hash" ]; then
    { printf 'user:'; cat "secrets/$1"; echo; } | docker run --rm --interactive --network none --read-only \
      --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp:mode=1777,size=1m,noexec \
      --entrypoint /bin/sh "$mosquitto_image" -euc \
      'umask 077; cat >/tmp/passwords; mosquitto_passwd -U /tmp/passwords; cut -d: -f2 /tmp/passwords' >"$hash.new"
    grep -q '^\$7\$' "$hash.new" || fail "mosquitto_passwd made no hash of $1"
    settle "$hash"
  fi
  tr -d '\n' <"$hash"
}

# derived PATH KIND ARGUMENT …: a file of plain text and secrets.
derived() {
  path=secrets/$1
  shift
  mkdir -p "$(dirname "$path")" secrets/hashes
  while [ $# -gt 0 ]; do
    case $1 in
      text) printf '%s' "$2" ;;
      value) cat "secrets/$2" ;;
      mosquitto) mosquitto_hash "$2" ;;
      redis) printf '#'; sha256sum <"secrets/$2" | cut -c1-64 | tr -d '\n' ;;
    esac
    shift 2
  done >"$path.new"
  settle "$path"
}

# brought PATH: a file that only its owner can provide.
brought() {
  [ -s "secrets/$1" ] || fail "secrets/$1 is not here" "bring it, mode 0400; RUNBOOK.md says what it is"
}

# digest NAME FILE …: what compose.yaml puts into a label, so that a changed secret replaces who reads it.
digest() {
  name=$1
  shift
  echo "$name=$(keyed "$@")" >>.env.new
}

make_secrets() {
  mkdir -p secrets
  chmod 0700 secrets
  secret hash-key
  secrets
  : >.env.new
  digests
  settle .env
}

check_folder
check_docker
images
make_secrets
[ "${1:-}" != secrets ] || exit 0
say "starting $project"
docker compose up --detach --wait --wait-timeout "$wait_seconds" --remove-orphans --quiet-pull || fail "$project did not start" \
  "docker compose ps --all shows what is not well, docker compose logs SERVICE why" \
  "run ./start.sh again: it goes on from there"
say "$project is up"
