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
# Variables that you have set for other projects must not choose other files, names or images here.
for name in $(env | sed -n 's/^\(COMPOSE_[A-Z_]*\)=.*/\1/p') DOCKER_DEFAULT_PLATFORM DOCKER_CONTENT_TRUST; do unset "$name"; done

. prepare.sh

check_compose() {
  docker compose version >/dev/null 2>&1 || fail "docker has no compose plugin" "install the package docker-compose-plugin"
}

# An engine refuses such a container, when others are made already.
check_processors() {
  there=$(docker info --format '{{.NCPU}}')
  [ "$there" -ge "$processors" ] || fail "a service may take $processors processors, and this machine has $there" \
    "set limits.cpus of each service to at most $there, and render again"
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
check_processors
check_compose
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
