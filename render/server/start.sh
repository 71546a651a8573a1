#!/bin/sh
# Makes the secrets that this server lacks, sees to the images, and starts the stack. Run it again at any time: what
# is there stays, and what did not change is left running.
#
#   ./start.sh            everything
#   ./start.sh secrets    the secrets and .env alone, for Terraform or to rotate one
#   ./start.sh upgrade    everything, and carry data of an older PostgreSQL over first; the old volume is kept
#   ./start.sh restore [SNAPSHOT]
#                         everything, with the data of a backup, on a server that has none yet
#
# Needs Docker with its compose plugin, and openssl where this deployment has a CA of its own.
set -eu
umask 077
cd "$(dirname "$0")"
# What you have set for other projects must not choose other files, names or images here.
for name in $(env | sed -n 's/^\(COMPOSE_[A-Z_]*\)=.*/\1/p') DOCKER_DEFAULT_PLATFORM DOCKER_CONTENT_TRUST; do unset "$name"; done

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
  [ -n "${DOCKER_HOST:-}" ] || DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
  export DOCKER_HOST
  case $DOCKER_HOST in
    unix:*) ;;
    *) fail "Docker's client talks to $DOCKER_HOST, and this folder is for the machine that it is on" "run this on the server itself" ;;
  esac
  docker version >/dev/null 2>&1 || fail "the Docker engine does not answer" "systemctl start docker" "docker version says why"
  docker compose version >/dev/null 2>&1 || fail "docker has no compose plugin" "install the package docker-compose-plugin"
}

# plain COMMAND …: with settings of its own, since proxies in yours would enter every container, passwords and all. Its
# plugins are where yours are; images are there already, so no registry is asked.
plain() {
  plugins=$(printf '%s' "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins" | sed 's/[\\"]/\\&/g')
  mkdir -p secrets/.docker
  printf '{"cliPluginsExtraDirs":["%s"]}\n' "$plugins" >secrets/.docker/config.json.new
  settle secrets/.docker/config.json
  DOCKER_CONFIG=$PWD/secrets/.docker "$@"
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
    { printf 'user:'; cat "secrets/$1"; echo; } | plain docker run --rm --interactive --network none --read-only \
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
      # Each byte, since all of them may be: a reader makes the same of it.
      url) od -An -v -tx1 <"secrets/$2" | tr -d ' \n' | sed 's/../%&/g' ;;
      mosquitto) mosquitto_hash "$2" ;;
      redis) printf '#'; sha256sum <"secrets/$2" | cut -c1-64 | tr -d '\n' ;;
    esac
    shift 2
  done >"$path.new"
  settle "$path"
}

need_openssl() {
  command -v openssl >/dev/null || fail "openssl is not installed, and this deployment has certificates of its own" \
    "install the package openssl, or bring secrets/$1 from elsewhere"
}

make_key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null ||
  openssl ecparam -genkey -noout -name prime256v1 -out "$1"; }

# authority FOLDER SUBJECT: a CA, made once; its key never leaves this server.
authority() {
  [ ! -s "secrets/$1/ca.crt" ] || return 0
  need_openssl "$1/ca.crt"
  mkdir -p "secrets/$1"
  make_key "secrets/$1/ca.key.new"
  openssl req -x509 -new -key "secrets/$1/ca.key.new" -sha256 -days 7300 -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
    -out "secrets/$1/ca.crt.new"
  settle "secrets/$1/ca.key"
  settle "secrets/$1/ca.crt"
  say "made the CA $2: clients need secrets/$1/ca.crt"
}

# issued_by AUTHORITY FILE: a certificate that nobody has to have issued is issued by anybody.
issued_by() { [ -z "$1" ] || openssl verify -CAfile "secrets/$1/ca.crt" "$2" >/dev/null 2>&1; }

# pair FOLDER NAME AUTHORITY SUBJECT HOST …: a certificate and its key, made again for other hosts, by another CA, and
# 30 days before it ends. A pair that was brought here, known by the missing list of hosts, is never replaced.
pair() {
  place=secrets/$1/$2 signer=$3 subject=$4
  need_openssl "$1/$2.crt"
  shift 4
  names=$(for host in "$@"; do case $host in *:* | [0-9]*.*[0-9]) echo "IP:$host" ;; *) echo "DNS:$host" ;; esac; done | paste -sd, -)
  if [ -s "$place.crt" ]; then
    [ -f "$place.hosts" ] || return 0
    ! { [ "$(cat "$place.hosts")" = "$names" ] && openssl x509 -in "$place.crt" -noout -checkend 2592000 >/dev/null &&
      issued_by "$signer" "$place.crt"; } || return 0
  fi
  mkdir -p "$(dirname "$place")"
  make_key "$place.key.new"
  set -- -sha256 -subj "/CN=$subject" -addext "subjectAltName=$names" -addext basicConstraints=critical,CA:FALSE \
    -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=serverAuth
  if [ -z "$signer" ]; then
    openssl req -x509 -new -key "$place.key.new" -days 397 "$@" -out "$place.crt.new"
  else
    [ -s "secrets/$signer/ca.key" ] || fail "secrets/$1/$2.crt is due, and the key of its CA is not here" "bring a new pair"
    openssl req -new -key "$place.key.new" "$@" -out "$place.csr"
    printf '%s\n' "subjectAltName=$names" basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \
      extendedKeyUsage=serverAuth >"$place.ext"
    openssl x509 -req -in "$place.csr" -CA "secrets/$signer/ca.crt" -CAkey "secrets/$signer/ca.key" -sha256 -days 397 \
      -set_serial "0x$(head -c 16 /dev/urandom | sha256sum | cut -c1-31)" -extfile "$place.ext" -out "$place.crt.new" 2>/dev/null
    rm -f "$place.csr" "$place.ext"
  fi
  printf '%s\n' "$names" >"$place.hosts.new"
  for kind in key crt hosts; do settle "$place.$kind"; done
  say "made a certificate for $names"
}

# brought PATH: a file that only its owner can provide.
brought() {
  [ -s "secrets/$1" ] || fail "secrets/$1 is not here" "bring it, mode 0400; RUNBOOK.md says what it is"
}

# deliver CONTAINER [FILE TARGET] …: copies files into a container before it starts, through the engine's API: an engine
# with user namespaces, or in a virtual machine, cannot read this folder.
deliver() {
  container=$1 draft=secrets/.hand-over
  shift
  rm -rf "$draft"
  mkdir -p "$draft"
  while [ $# -gt 0 ]; do
    mkdir -p "$draft$(dirname "$2")"
    cat "$1" >"$draft$2"
    shift 2
  done
  docker cp "$draft/." "$container:/" >&2 || fail "the files of $container cannot be copied into it" "run ./start.sh again"
  rm -rf "$draft"
}

# digest NAME FILE …: what compose.yaml puts into a label, so that a changed secret replaces who reads it.
digest() {
  name=$1
  unset "$name"
  shift
  echo "$name=$(keyed "$@")" >>.env.new
}

# firewall_says NAME: what the firewall, where there is one, says of itself.
firewall_says() { docker exec "$project-firewall" firewall status 2>/dev/null | sed -n "s/^$1=//p"; }

# Rules for the whole machine that nobody confirmed in time are taken back; a new start tries them again.
try_rules_again() {
  [ "$(firewall_says state)" = reverted ] || return 0
  say "trying the firewall's rules again"
  docker restart "$project-firewall" >/dev/null
}

ask_for_confirmation() {
  case $(firewall_says state) in
    unconfirmed)
      say "the rules for the whole machine are taken back in $(firewall_says secondsLeft) s; log in again, then keep them:"
      say "  docker exec $project-firewall firewall confirm"
      ;;
    reverted) say "the rules for the whole machine were taken back: nobody confirmed them in time; run ./start.sh again" ;;
  esac
}

volume_is_there() { docker volume inspect "$1" >/dev/null 2>&1; }

# older CONTAINER IMAGE USER MEMORY CLUSTER ARGUMENTS NOW NOW_VOLUME VERSION VOLUME WRITER …: data that an older version of
# PostgreSQL left. The service would start empty next to it, so it is carried over if that was asked for, and refused else.
older() {
  container=$1 image=$2 user=$3 memory=$4 cluster=$5 arguments=$6 now=$7 now_volume=$8 version=$9
  shift 9
  volume=$1
  shift
  volume_is_there "$volume" || return 0
  progress=3
  if volume_is_there "$now_volume"; then
    progress=0
    upgrade_step none check || progress=$?
  fi
  case $progress in
    0) return 0 ;;
    3) ;;
    4) fail "$volume was written to by PostgreSQL $version after its data was carried over to $now_volume: there are two histories now" \
      "to go on with the older one: docker volume rm $now_volume; ./start.sh upgrade" \
      "to go on with the newer one: docker volume rm $volume" ;;
    *) fail "the volumes $volume and $now_volume cannot be looked into" "run ./start.sh again" ;;
  esac
  [ "$wanted" = upgrade ] || fail "$volume holds the data of PostgreSQL $version, and this folder runs PostgreSQL $now, which would start empty" \
    "carry the data over: ./start.sh upgrade (the old volume is kept)" \
    "or start empty: docker volume rm $volume deletes the old data"
  old_image=${OLD_IMAGE:-$(docker inspect --format '{{.Image}}' "$container" 2>/dev/null || true)}
  [ -n "$old_image" ] || fail "no container tells which image has PostgreSQL $version" "name one: OLD_IMAGE=postgres:$version ./start.sh upgrade"
  say "stopping what writes to the database: readings wait in the broker"
  docker stop "$@" "$container" >/dev/null 2>&1 || true
  # No restart of the engine may start a second server on the volume.
  docker rm --force "$container" "$container-upgrade" >/dev/null 2>&1 || true
  say "carrying the data of PostgreSQL $version over to PostgreSQL $now; $volume is kept"
  upgrade_run --detach --name "$container-upgrade" --network none --volume "$volume:$(dirname "$cluster")" \
    --entrypoint /bin/sh "$old_image" -c "$(cat upgrade-postgres.sh)" upgrade.sh serve >/dev/null
  upgrade_step "container:$container-upgrade" fill >&2 || {
    docker logs --tail 8 "$container-upgrade" >&2
    docker rm --force "$container-upgrade" >/dev/null
    fail "the data was not carried over; $volume is as it was" "fix what the lines above say, and run ./start.sh upgrade again"
  }
  docker stop --time 60 "$container-upgrade" >/dev/null
  docker rm "$container-upgrade" >/dev/null
  upgrade_step none commit
  say "carried over; when all is well: docker volume rm $volume"
}

# upgrade_step NETWORK STEP: in the new image, on the new volume, with the old one read-only.
upgrade_step() {
  upgrade_run --rm --network "$1" --volume "$now_volume:$(dirname "$cluster")" --volume "$volume:/former:ro" \
    --entrypoint /bin/sh "$image" -c "$(cat upgrade-postgres.sh)" upgrade.sh "$2" "/former/${cluster##*/}"
}

upgrade_run() {
  plain docker run --user "$user" --read-only --cap-drop ALL --security-opt no-new-privileges --memory "$memory" --memory-swap "$memory" \
    --tmpfs /tmp:mode=1777,size=64m --log-opt max-size=1m --env "PGDATA=$cluster" --env "POSTGRES_INITDB_ARGS=$arguments" "$@"
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

# Compose removes no volumes: those with files of a program that is declared no more would keep its secrets.
forget_files() {
  declared=$(docker compose config --volumes)
  for volume in $(docker volume ls --quiet --filter "label=com.docker.compose.project=$project"); do
    case $volume in
      *-files) printf '%s\n' "$declared" | grep -qx "$volume" || docker volume rm "$volume" >/dev/null ;;
    esac
  done
}

wanted=${1:-}
check_folder
check_docker
images
if [ "$wanted" = restore ]; then
  [ -f restore.sh ] || fail "this deployment makes no backups" "set backup.enabled: true and render again"
  . ./restore.sh
  bring_secrets "${2:-}"
elif [ -e secrets/.restoring ]; then
  fail "a restore of snapshot $(cat secrets/.restoring) was stopped, and volumes may be filled in part" "./start.sh restore goes on"
fi
make_secrets
[ "$wanted" != secrets ] || exit 0
older_data
[ "$wanted" != restore ] || { refuse_data $(restored_volumes); rehearse; }
try_rules_again
say "starting $project"
plain docker compose create --remove-orphans --quiet-pull >&2 || fail "the containers of $project cannot be made" \
  "fix what the lines above say, and run ./start.sh again"
[ "$wanted" != restore ] || { places; restored; }
deliveries
plain docker compose up --detach --wait --wait-timeout "$wait_seconds" --remove-orphans --quiet-pull || fail "$project did not start" \
  "docker compose ps --all shows what is not well, docker compose logs SERVICE why" \
  "run ./start.sh again: it goes on from there"
forget_files
ask_for_confirmation
say "$project is up"
