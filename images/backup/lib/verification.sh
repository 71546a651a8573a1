# shellcheck shell=bash
# A backup counts once it was restored: into a server that is thrown away, and compared with what was written down.

# verify ID|latest: prints { id, at } of the verification as JSON.
verify() {
  local id=$1 all manifest proof new
  open_repository
  case $id in latest) ;; *[!0-9a-f]*) fail "snapshot $id: allowed: the hexadecimal id that backup list shows, or its beginning" ;; esac
  all=$(snapshots)
  new=$(jq -r --arg id "$id" '(if $id == "latest" then .[-1:] else [.[] | select(.id | startswith($id))] end) | if length == 1 then .[0].id else empty end' <<<"$all")
  if [ -z "$new" ] && [ "$id" = latest ]; then fail "there is no snapshot yet: backup now makes one"; fi
  [ -n "$new" ] || fail "snapshot $id: there is none of $BACKUP_DEPLOYMENT with that id, or more than one; backup list shows them"
  id=$new
  trap stop_server EXIT
  manifest=$(repository dump "$id" "$work/manifest.json") || unreadable "$id" "its manifest cannot be read"
  [ "$(jq -r '.version' <<<"$manifest")" = 2 ] || fail "snapshot ${id:0:8}: manifest version $(jq -c .version <<<"$manifest"); allowed: 2"
  verify_files "$id" "$manifest"
  verify_broker "$id" "$manifest"
  verify_databases "$id" "$manifest"
  stop_server
  trap - EXIT
  new=$(retag "$id" --add)
  proof=$(jq -nc --arg at "$(now)" --arg id "$new" '{id: $id, at: $at}')
  # The record is of the newest one: a look at an older one makes nothing fresh.
  record '(if .id == $id then .id = $proof.id else . end) | if $newest == $id then .verified = $proof else . end' --arg id "$id" \
    --argjson proof "$proof" --arg newest "$(jq -r --arg id "$id" '[.[] | select(.verified or .id == $id)] | last | .id' <<<"$all")"
  [ "$(recorded | jq -r .id)" != "$new" ] || echo 0 | replace "$state/since-verified"
  say "snapshot ${new:0:8} is verified: restored, counted and compared"
  [ -z "$BACKUP_ARCHIVE_OLDEST" ] || say "the archive is no part of that: exploreiot restore --rehearse --to latest replays its log on its base backup"
  echo "$proof"
}

# retag ID --add|--remove: prints the new id, since a snapshot's tags are a part of what it is made from; the same one where
# nothing is to be changed.
retag() {
  local changed
  changed=$(must tag --json "$2" verified "$1") || return 1
  jq -rs --arg id "$1" '[.[] | select(.message_type == "changed") | .new_snapshot_id][0] // $id' <<<"$changed"
}

# A snapshot that is not what it was: it no longer counts, also where it was verified before.
bad() {
  local new
  new=$(retag "$1" --remove) || new=$1
  record 'if .verified.id == $id then .verified = null else . end | if .id == $id then .id = $new else . end' --arg id "$1" --arg new "$new"
  fail "snapshot ${1:0:8}: $2"
}

# Of what could not be read: a target that does not answer says nothing of the snapshot.
unreadable() {
  if grep -q "is damaged" "$private/reason"; then bad "$1" "$2: $(why)"; fi
  fail "snapshot ${1:0:8}: $2: $(why)"
}

# Reads every file but the dumps, which are read next: restic compares each piece with its hash.
verify_files() {
  local found
  found=$(repository dump --archive tar "$1" "$work/home" | tar --list --verbose | awk '/^-/ { count++ } END { print count + 0 }') || unreadable "$1" "home cannot be read whole"
  [ "$found" = "$(jq .home.files <<<"$2")" ] || bad "$1" "home has $found files, and $(jq .home.files <<<"$2") were written down"
  jq -r '.volumes[] | "\(.service)/\(.name)"' <<<"$2" | while IFS= read -r volume; do
    repository dump --archive tar "$1" "$work/volumes/$volume" | cat >/dev/null || unreadable "$1" "volumes/$volume cannot be read whole"
  done
}

# By the program that looks at the store before the broker starts.
verify_broker() {
  local folder=$scratch/broker
  [ "$(jq .broker <<<"$2")" != null ] || return 0
  install -d -m 1777 "$scratch"
  rm -rf "$folder"
  mkdir "$folder"
  repository dump "$1" "$work/broker/mosquitto.db" >"$folder/mosquitto.db" || unreadable "$1" "the broker's file cannot be read"
  [ "$(sha256sum <"$folder/mosquitto.db" | cut -d' ' -f1)" = "$(jq -r .broker.sha256 <<<"$2")" ] || bad "$1" "the broker's file is not the one that was written down"
  start-broker "$folder" 1099511627776 true || fail "snapshot ${1:0:8}: the broker's file could not be looked at"
  [ ! -e "$folder/set-aside.txt" ] || bad "$1" "the broker would set its file aside: $(cat "$folder/set-aside.txt")"
  rm -rf "$folder"
}

verify_databases() {
  local database dump
  [ "$(jq .postgres <<<"$2")" != null ] || return 0
  [ "$(jq .postgres.major <<<"$2")" -le "$BACKUP_POSTGRES_MAJOR" ] || fail "snapshot ${1:0:8} is of PostgreSQL $(jq .postgres.major <<<"$2"), newer than $BACKUP_POSTGRES_MAJOR, which is here"
  start_server
  : >"$private/reason"
  repository dump "$1" "$work/postgres/roles.sql" | sed '/^CREATE ROLE postgres;$/d' | as_postgres psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres >/dev/null ||
    fail "snapshot ${1:0:8}: its roles cannot be made"
  jq -r '.postgres.databases[] | .dump, .name' <<<"$2" | while IFS= read -r dump && IFS= read -r database; do
    : >"$private/reason"
    repository dump "$dump" "/$database.dump" | as_postgres pg_restore --exit-on-error --create --dbname=postgres ||
      if [ -s "$private/reason" ]; then unreadable "$1" "database $database cannot be restored"; else bad "$1" "database $database cannot be restored; the lines above say why"; fi
    compare "$1" "$database" "$(jq -c --arg name "$database" '.postgres.databases[] | select(.name == $name) | .tables' <<<"$2")"
  done
}

compare() {
  local found
  found=$(contents "$2")
  [ "$found" != "$3" ] || return 0
  bad "$1" "database $2 does not hold what was written down: $(jq -nr --argjson is "$found" --argjson was "$3" '($was - $is) as $lost | ($is - $was) as $other | ($lost + $other)[0] | "\(.schema).\(.table)"')"
}
