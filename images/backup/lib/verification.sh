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
  echo "$proof"
}

# print_dump ID [DATABASE]: as `backup dump`.
print_dump() {
  local manifest dump
  case ${1:-} in '' | *[!0-9a-f]*) fail "snapshot ${1:-}: allowed: the hexadecimal id that backup list shows" ;; esac
  open_repository
  manifest=$(repository dump "$1" "$work/manifest.json") || fail "snapshot $1: $(why)"
  [ $# -gt 1 ] || { jq -r '.postgres.databases[]?.name' <<<"$manifest"; return 0; }
  dump=$(jq -r --arg name "$2" '.postgres.databases[]? | select(.name == $name) | .dump' <<<"$manifest")
  [ -n "$dump" ] || fail "snapshot $1 has no database $2; it has $(jq -c '[.postgres.databases[]?.name]' <<<"$manifest")"
  repository dump "$dump" "/$2.dump" || fail "database $2 of snapshot $1: $(why)"
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

# Standard input: the snapshots of the archive. The newest base backup of the line $line, the log that follows it, part by part, and the
# room in bytes that both take, the log twice since the server copies it; null while no moment can be reached from it.
NEWEST_BASE='
  [.[] | tagged | select(.line == $line)]
  | ([.[] | select(.isBase and .from)] | max_by(.from)) as $base
  | [.[] | select((.isBase | not) and .part >= ($base.part // 0))] | group_by(.part) | map(max_by([.until, .time]))
  | if $base == null or (.[-1].until // "") < $base.from then null else
      {base: $base.id, from: $base.from, to: .[-1].until, lsn: .[-1].lsn, logs: map(.id),
       whole: (map(.part) == [range($base.part; $base.part + length)]),
       bytes: (map(2 * (.summary.total_bytes_processed // 0)) + [$base.summary.total_bytes_processed // 0] | add)}
    end'

# As `restore --to latest` would: the base backup file by file, the log replayed on it, each table read and each page looked at. No
# moment has sums to compare with; docs/decisions/0183-the-archive-is-rehearsed.md.
rehearse_archive() {
  local all newest log=$scratch/log id free codes
  [ -n "$BACKUP_ARCHIVE_OLDEST" ] || return 0
  open_repository
  all=$(archive_snapshots)
  newest=$(jq -c --arg line "$(line_of)" "$TAGGED $NEWEST_BASE" <<<"$all")
  [ "$newest" != null ] || { say "the archive has no moment yet: the next verification looks at it"; return 0; }
  got() { jq -r ".$1" <<<"$newest"; }
  [ "$(got whole)" = true ] || bad_archive "a part of its log is missing"
  free=$(($(df -Pk "$state" | awk 'NR == 2 { print $4 }') / 1024))
  [ $free -gt $(($(got bytes) / 1048576)) ] || fail "the disk has $free MiB left, and the archive takes $(($(got bytes) / 1048576)) MiB there: make room"
  trap stop_server EXIT
  stop_server
  install -d -m 1777 "$scratch"
  as_postgres mkdir "$log"
  for id in $(got 'logs[]'); do
    repository dump --archive tar "$id:$archive/ship" / | as_postgres tar --extract --directory="$log" || unreadable_archive
  done
  repository dump "$(got base)" /base.tar | upgrade_as_postgres recover - "$log" "$(got to)" "$(got lsn)" 2>"$private/recovering" >"$private/tables" || codes=("${PIPESTATUS[@]}")
  cat "$private/recovering" >&2
  case ${codes[*]:-0 0} in
    "0 0") ;;
    # The program that reads ended first.
    "0 "* | "141 "*) bad_archive "$(sed -n 's/^upgrade: //p' "$private/recovering" | tail -n 1)" ;;
    *) unreadable_archive ;;
  esac
  jq -nc --argjson newest "$newest" --arg at "$(now)" '{at: $at, from: $newest.from, to: $newest.to}' | replace "$archive/verified.json"
  measure
  say "the archive is verified: any moment from $(got from) to $(got to); $(wc -l <"$private/tables") tables, $(jq -s 'map(.rows) | add // 0' "$private/tables") rows"
}

# The server that replays must not hold the lock of this program when that is killed.
upgrade_as_postgres() { as_postgres env PGDATA="$scratch/data" TMPDIR="$scratch" sh $upgrade "$@" 9>&-; }

# It no longer counts, and the archive goes on with a new base backup.
bad_archive() {
  rm -f "$archive/verified.json"
  jq -c '.last = "1970-01-01T00:00:00Z"' "$archive/bases.json" | replace "$archive/bases.json"
  fail "no moment from its last base backup on can be restored: $1"
}

unreadable_archive() {
  ! grep -q "is damaged" "$private/reason" || bad_archive "$(why)"
  fail "its last base backup cannot be read: $(why)"
}
