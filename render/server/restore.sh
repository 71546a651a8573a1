# Read by start.sh for `./start.sh restore [SNAPSHOT]`: brings a backup back onto a server that has no data of this
# deployment. Everything is rehearsed and compared in a volume of its own before a volume that services use is touched.
# Stopped at any moment, the same command goes on.

staging=$project-restore
# Holds the id of the snapshot while volumes may be filled in part.
under_way=secrets/.restoring

# Of the containers that it works with. One that was killed has left them at work: they would go on writing to the same volumes.
left_over=exploreiot.restore=$deployment
remove_left_over() {
  for container in $(docker ps --all --quiet --filter "label=$left_over"); do
    docker rm --force "$container" >/dev/null 2>&1 || true
  done
}

# credential NAME PATH: a line that read-repository (images/backup) reads.
credential() {
  brought "${2#secrets/}"
  printf '%s %s\n' "$1" "$(base64 <"$2" | tr -d '\n')"
}

# read_repository VOLUME ARGUMENTS…: restic, which only reads; VOLUME, if any, is mounted at /restored.
read_repository() {
  volume=$1
  shift
  network=bridge
  [ -z "$repository_mount" ] || network=none
  repository_files | files_run --interactive --network "$network" --tmpfs /run/exploreiot:mode=0700,size=1m \
    --env "RESTIC_REPOSITORY=$repository" --env "BACKUP_TARGET=$repository_name" \
    ${repository_mount:+--mount "$repository_mount"} ${volume:+--volume "$volume:/restored"} \
    --entrypoint read-repository "$backup_image" "$@"
}

# on_staging PROGRAM ARGUMENTS…: works on the files of the staging volume, no matter who owns them, without a network.
on_staging() {
  program=$1
  shift
  files_run --interactive --network none --volume "$staging:/restored" --entrypoint /bin/sh "$backup_image" -euc "$program" restore "$@"
}

files_run() {
  plain docker run --rm --label "$left_over" --user 0:0 --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER \
    --security-opt no-new-privileges --read-only --memory 512m --memory-swap 512m --tmpfs /tmp:mode=1777,size=64m "$@"
}

# Standard input: a manifest. Prints why it is not for this folder, before anything of the snapshot is used.
READABLE='manifest=$(cat)
of() { printf "%s" "$manifest" | jq -r "$1"; }
[ "$(of .version)" = 2 ] || { echo "its manifest is of version $(of .version), and this folder reads 2: render it with version $(of .kit) of the kit$([ "$(of .version)" != 1 ] || echo ", commit 4acbf6a0c270")"; exit; }
[ "$(of .deployment)" = "$1" ] || { echo "it is of deployment $(of .deployment), and this folder of $1"; exit; }
[ "$(of ".postgres.major // 0")" -le "${2:-0}" ] || echo "it holds data of PostgreSQL $(of .postgres.major), and this folder runs ${2:-none}: render it with version $(of .kit) of the kit"'

# Before secrets are made: those of the backup belong to its data.
bring_secrets() {
  remove_left_over
  # Said here: in a pipe it would be lost.
  repository_files >/dev/null
  snapshot=$(cat "$under_way" 2>/dev/null || true)
  if [ -n "$snapshot" ]; then
    say "going on with the restore of snapshot $snapshot"
    return
  fi
  snapshot=${1:-latest}
  case $snapshot in latest) ;; *[!0-9a-f]*) fail "snapshot $snapshot: allowed: the hexadecimal id that backup list shows, or its beginning" ;; esac
  if [ "$snapshot" = latest ]; then
    found=$(read_repository "" snapshots --json --latest 1 --host "$deployment" --tag "exploreiot,deployment=$deployment") ||
      fail "no snapshot can be read" "fix what the line above says, and run this again"
    snapshot=$(printf '%s' "$found" | sed -n 's/.*"id":"\([0-9a-f]\{64\}\)".*/\1/p')
    [ -n "$snapshot" ] || fail "$repository_name holds no snapshot of $deployment"
  fi
  manifest=$(read_repository "" dump "$snapshot" /snapshot/manifest.json) ||
    fail "snapshot $snapshot cannot be read" "fix what the line above says, and run this again"
  wrong=$(printf '%s' "$manifest" | files_run --interactive --network none --entrypoint /bin/sh "$backup_image" -euc "$READABLE" restore "$deployment" "$postgres_major")
  [ -z "$wrong" ] || fail "snapshot $snapshot: $wrong"
  rm -rf secrets/.brought
  mkdir -p secrets/.brought
  read_repository "" dump --archive tar "$snapshot:/snapshot/home" / >secrets/.brought/home.tar ||
    fail "the secrets of snapshot $snapshot cannot be read" "fix what the line above says, and run this again"
  tar -xf secrets/.brought/home.tar -C secrets/.brought
  [ -d secrets/.brought/secrets ] || fail "snapshot $snapshot holds no secrets: nobody had handed them over before it was made" \
    "take another one, or bring secrets/ from elsewhere, and the data back by hand"
  # Of a deployment that the kit itself brought up: its keys and certificates are next to its secrets.
  [ ! -d secrets/.brought/pki ] || mv secrets/.brought/pki secrets/.brought/secrets/
  # One that is here already stays: it was brought.
  (cd secrets/.brought/secrets && find . -type f) | while IFS= read -r file; do
    [ ! -e "secrets/$file" ] || continue
    mkdir -p "$(dirname "secrets/$file")"
    mv "secrets/.brought/secrets/$file" "secrets/$file"
  done
  rm -rf secrets/.brought
}

# refuse_data VOLUME …
refuse_data() {
  [ ! -e "$under_way" ] || return 0
  for volume in "$@"; do
    ! volume_is_there "$volume" || [ -z "$(files_run --network none --volume "$volume:/data:ro" --entrypoint ls "$backup_image" -A /data)" ] ||
      fail "$volume holds data, and this brings a backup onto a server that has none" \
        "to keep that data: restore on another server, or with exploreiot restore, which keeps it in a volume of its own" \
        "to delete it: docker compose down, and docker volume rm $volume; never down --volumes, which deletes backups as well"
  done
}

# Standard input: a line of JSON for each table that was restored. Prints what is not as the backup recorded it.
COMPARE='cd /restored/snapshot
jq -c ".postgres.databases // [] | .[] | .name as \$name | .tables[] | {database: \$name} + ." manifest.json | jq -S -c . | sort >/tmp/recorded
jq -S -c . | sort >/tmp/restored
diff /tmp/recorded /tmp/restored | grep "^[<>]" | head -n 10 || true
jq -r ".volumes[] | \"\(.service)/\(.name) \(.files) \(.bytes)\"" manifest.json | while read -r name files bytes; do
  found=$(find "volumes/$name" -type f -printf "%s\n" 2>/dev/null | awk "{ bytes += \$1 } END { printf \"%d %d\", NR, bytes }")
  [ "$found" = "$files $bytes" ] || echo "volumes/$name: $files files and $bytes bytes recorded, $found restored"
done
sum=$(jq -r ".broker.sha256 // empty" manifest.json)
[ -z "$sum" ] || [ "$(sha256sum <broker/mosquitto.db | cut -d" " -f1)" = "$sum" ] || echo "broker/mosquitto.db is another one"'

ROOM='needed=$(($1 * 4)) free=$(df -Pk /restored | awk "NR == 2 { print \$4 }")
[ "$free" -gt $((needed / 1024)) ] || echo "$((free / 1024)) MiB are left, and this takes up to $((needed / 1048576)) MiB"'

# With the server that will run on it, in a network that nobody is in.
load_database() {
  container=$1 image=$2 user=$3 memory=$4 cluster=$5 arguments=$6
  on_staging 'mkdir -p /restored/cluster; chown -R "$1" /restored/cluster /restored/snapshot/postgres; chmod 0700 /restored/cluster; chmod 0755 /restored/snapshot' "$user"
  cluster=/restored/cluster/${cluster##*/}
  upgrade_run --rm --label "$left_over" --network none --volume "$staging:/restored" --entrypoint /bin/sh "$image" -c "$(cat upgrade-postgres.sh)" restore \
    load /restored/snapshot/postgres >secrets/.tables ||
    fail "the database of $container was not restored" "nothing was replaced; fix what the lines above say, or take another snapshot"
}

rehearse() {
  # All that volumes are filled from is there, as it was compared.
  ! { [ -e "$under_way" ] && volume_is_there "$staging"; } || return 0
  docker volume rm --force "$staging" >/dev/null
  manifest=$(read_repository "" dump "$snapshot" /snapshot/manifest.json) ||
    fail "snapshot $snapshot cannot be read" "fix what the line above says, and run this again"
  dumps=$(printf '%s' "$manifest" | files_run --interactive --network none --entrypoint jq "$backup_image" -r '.postgres.databases // [] | .[].dump')
  # shellcheck disable=SC2086 -- ids
  size=$(read_repository "" stats "$snapshot" $dumps --mode restore-size --json) ||
    fail "snapshot $snapshot cannot be read" "fix what the line above says, and run this again"
  size=$(printf '%s' "$size" | sed -n 's/.*"total_size":\([0-9]*\).*/\1/p')
  short=$(on_staging "$ROOM" "$size" </dev/null)
  [ -z "$short" ] || fail "the engine's disk has too little room: $short" "make room: docker system df says what takes it"
  say "reading snapshot $snapshot"
  read_repository "$staging" restore "$snapshot:/snapshot" --target /restored/snapshot --exclude /home >&2 ||
    fail "snapshot $snapshot cannot be read" "fix what the line above says, and run this again"
  for dump in $dumps; do
    read_repository "$staging" restore "$dump" --target /restored/snapshot/postgres >&2 ||
      fail "snapshot $dump, a dump of $snapshot, cannot be read" "fix what the line above says, and run this again"
  done
  say "rehearsing: a database of its own is filled, and everything compared"
  : >secrets/.tables
  databases
  wrong=$(on_staging "$COMPARE" <secrets/.tables)
  [ -z "$wrong" ] || fail "what was restored is not what the backup recorded; nothing was replaced
$wrong" "take another snapshot"
  rm -f secrets/.tables
  printf '%s\n' "$snapshot" >"$under_way"
}

# place VOLUME FOLDER USER: the rehearsed data becomes the data that services run on. Files that a killed run had copied go first.
place() {
  files_run --network none --volume "$staging:/restored:ro" --volume "$1:/to" --entrypoint /bin/sh "$backup_image" -euc '
    [ -d "/restored/$1" ] || exit 0
    find /to -mindepth 1 -delete
    cp -a "/restored/$1/." /to/
    [ -z "$2" ] || chown -R "$2" /to
    sync -f /to' restore "$2" "$3" || fail "$1 was not filled" "run ./start.sh restore again: it goes on from there"
  placed="$placed $2"
  say "restored $1"
}
placed=

# Data of a service that is not there any more is told, and left out.
restored() {
  on_staging 'cd /restored; for folder in snapshot/volumes/*/*; do
    [ ! -d "$folder" ] || case "$1 " in *" $folder "*) ;; *) echo "· left out, since no service of this folder has it: $folder" >&2 ;; esac
  done' "$placed" </dev/null
  rm -f "$under_way"
  docker volume rm --force "$staging" >/dev/null
  say "snapshot $snapshot is restored"
}
