# shellcheck shell=bash
# The archive: PostgreSQL's log, received as it is written and sent to the repository twice a minute, and base backups to replay it
# on. docs/decisions/0135-any-minute-by-the-log.md.
#
# A line of log has no gap: its slot makes the server keep what was not received yet, and where the slot is gone or limited, a new
# line begins. It is sent in parts, since a snapshot holds all segments of its part. Behind by more than
# BACKUP_ARCHIVE_OLDEST seconds it is trouble; without that variable there is no archive.

archive=$state/archive
SHIP=30 PART=64 MOST=128 BASE_AGE=43200
BROKEN=3

# The snapshots of it, as restic prints them: their tags say of which line and part each is.
of_archive=(--tag "exploreiot-archive,deployment=$BACKUP_DEPLOYMENT" --tag "exploreiot-base,deployment=$BACKUP_DEPLOYMENT")
archive_snapshots() { listed "${of_archive[@]}"; }

query() { psql_quiet --dbname="$BACKUP_DATABASE" --field-separator=' ' --command="$1"; }
replication() { PGUSER=$BACKUP_ARCHIVE_USER psql_quiet --dbname="dbname=replication replication=true" --command="$1"; }

# blame REASON: what a cycle ends with.
blame() { problem=$1; return 1; }

UNANSWERED="PostgreSQL does not answer, or does not let the archive in; exploreiot status says how it is"

gaps() { cat "$archive/gaps" 2>/dev/null || echo 0; }
line_of() { cut -d' ' -f1 "$archive/line" 2>/dev/null || true; }
part_of() { cut -d' ' -f2 "$archive/line"; }

segments() { find "$archive/wal" -maxdepth 1 -regextype posix-extended -regex ".*/[0-9A-F]{24}$1" -printf '%f\n' | sort; }

# Segments of 16 MiB follow each other, or this is no line.
without_gap() {
  local name number last=
  while IFS= read -r name; do
    number=$((16#${name:8:8} * 256 + 16#${name:16:8}))
    [ -z "$last" ] || [ $number = $((last + 1)) ] || return 1
    last=$number
  done
}

# Prints where the server's log is now: UNTIL LSN STATE. Every commit that was acknowledged by UNTIL stands before LSN. STATE is
# the slot's; `ahead`: the server's data is older than what was received, so it is other data.
position() {
  local shipped
  shipped=$(jq -r '.lsn // empty' "$archive/shipped.json" 2>/dev/null || true)
  query "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), pg_current_wal_flush_lsn(),
    CASE WHEN '${shipped:-0/0}'::pg_lsn > pg_current_wal_flush_lsn() THEN 'ahead'
      ELSE coalesce((SELECT wal_status FROM pg_replication_slots WHERE slot_name = '$(line_of)'), 'none') END"
}

received() { [ "$(query "SELECT restart_lsn >= '$1'::pg_lsn FROM pg_replication_slots WHERE slot_name = '$(line_of)'")" = t ]; }

# Waits for it: the receiver tells the slot what it has written to its disk.
wait_for() {
  local tries=0
  until received "$1"; do
    tries=$((tries + 1))
    [ $tries -lt 20 ] || return 1
    sleep 0.5
  done
}

stop_receiver() {
  [ -n "$receiver" ] || return 0
  kill "$receiver" 2>/dev/null || true
  wait "$receiver" 2>/dev/null || true
  receiver=
}

begin_line() {
  local slot old
  stop_receiver
  if [ -s "$archive/line" ]; then
    say "the archive has a gap: ${1}. It goes on with a new base backup; moments between $(jq -r '.until // "its beginning"' "$archive/shipped.json" 2>/dev/null) and the end of that cannot be restored"
    echo $(($(gaps) + 1)) | replace "$archive/gaps"
  fi
  rm -rf "$archive/line" "$archive/shipped.json" "$archive/bases.json" "$archive/verified.json" "$archive/wal" "$archive/ship"
  mkdir "$archive/wal"
  for old in $(query "SELECT slot_name FROM pg_replication_slots WHERE slot_name ~ '^exploreiot_archive_'"); do
    replication "DROP_REPLICATION_SLOT $old" >/dev/null || { blame "the slot $old of before is still in use"; return 1; }
  done
  slot=exploreiot_archive_$(od -An -N4 -tx1 /dev/urandom | tr -d ' ')
  replication "CREATE_REPLICATION_SLOT $slot PHYSICAL RESERVE_WAL" >/dev/null || { blame "$UNANSWERED"; return 1; }
  echo "$slot 1" | replace "$archive/line"
}

# Segments that are received and not sent take room of the same disk: above a bound the server keeps them, and its slot has a bound as well.
receive() {
  if [ "$(segments '' | wc -l)" -gt $MOST ]; then
    stop_receiver
    return 0
  fi
  [ -z "$receiver" ] || ! kill -0 "$receiver" 2>/dev/null || return 0
  # It ends with this program, no matter how that ends: the slot has room for one.
  PGUSER=$BACKUP_ARCHIVE_USER setpriv --pdeathsig TERM pg_receivewal --directory="$archive/wal" --slot="$(line_of)" --synchronous --no-password &
  receiver=$!
}

# Links: a segment that gets its last name meanwhile stays what it is. The one that is being written has another name each time,
# so that restic reads it even where its time has not changed.
link_segments() {
  local name at
  at=$(date +%s)
  rm -rf "$archive/ship"
  mkdir "$archive/ship"
  for name in $(segments ''); do ln "$archive/wal/$name" "$archive/ship/$name" || return 1; done
  for name in $(segments '\.partial'); do ln "$archive/wal/$name" "$archive/ship/${name%.partial}.$at.partial" || return 1; done
  find "$archive/wal" -name '*.history' -exec ln {} "$archive/ship/" \;
  # In the order of their names, each segment once.
  find "$archive/ship" -maxdepth 1 -not -name '*.history' -type f -printf '%f\n' | cut -c 1-24 | sort -u | without_gap
}

# ship UNTIL LSN
ship() {
  local tries=0
  # A segment was renamed between its name and its link.
  until link_segments; do
    tries=$((tries + 1))
    [ $tries -lt 5 ] || { blame "segments of the log are missing in $archive/wal"; return $BROKEN; }
  done
  repository backup --json --ignore-ctime --host "$BACKUP_DEPLOYMENT" \
    --tag "exploreiot-archive,deployment=$BACKUP_DEPLOYMENT,line=$(line_of),part=$(part_of),until=$1,lsn=$2,major=$BACKUP_POSTGRES_MAJOR" "$archive/ship" >/dev/null ||
    { blame "$(why)"; return 1; }
  jq -nc --arg until "$1" --arg lsn "$2" '{until: $until, lsn: $lsn}' | replace "$archive/shipped.json"
  roll
}

# Segments that are in the repository go, but for the newest finished segment, by which the receiver knows where it was.
roll() {
  local name sent
  sent=$(find "$archive/ship" -regextype posix-extended -regex '.*/[0-9A-F]{24}' -printf '%f\n' | sort | head -n -1)
  [ "$(wc -l <<<"$sent")" -ge $PART ] || return 0
  echo "$(line_of) $(($(part_of) + 1))" | replace "$archive/line"
  for name in $sent; do rm -f "$archive/wal/$name"; done
}

# One look at the server, and what came since the last one on its way.
cycle() {
  local until lsn slot code=0
  if [ -z "${opened:-}" ]; then
    reason_file=$private/opening
    rm -f "$reason_file"
    (open_repository) || { blame "$(cat "$reason_file" 2>/dev/null)"; return 1; }
    credentials
    opened=1
  fi
  read -r until lsn slot <<<"$(position)" || true
  [ -n "${slot:-}" ] || { blame "$UNANSWERED"; return 1; }
  case $slot in
    reserved | extended | unreserved) ;;
    *)
      begin_line "$(case $slot in ahead) echo "the server's data is older than what was received" ;; none) echo "its slot is not there, so this is other data" ;; *) echo "the server has removed log that was not received yet" ;; esac)" || return 1
      read -r until lsn slot <<<"$(position)" || true
      ;;
  esac
  receive
  if [ -z "$receiver" ]; then
    # The segments that are there make room; how far they go is known of the last time only.
    read -r until lsn <<<"$(jq -r '"\(.until) \(.lsn)"' "$archive/shipped.json" 2>/dev/null || echo 1970-01-01T00:00:00.000Z 0/0)"
  elif ! wait_for "$lsn"; then
    blame "PostgreSQL's log is not received; the lines above say why"
    return 1
  fi
  ship "$until" "$lsn" || code=$?
  [ $code != $BROKEN ] || begin_line "$problem"
  return $code
}

# A base backup is due for a line that has none, and behind a full backup, at most twice a day.
base_is_due() {
  [ -s "$archive/shipped.json" ] || return 1
  ! failed_lately "the base backup" || return 1
  [ "$(jq -r '.line' "$archive/bases.json" 2>/dev/null)" = "$(line_of)" ] || return 0
  # Not `last`, which is the record's file.
  local newest made
  newest=$(on_record "$(jq -r '.last' "$archive/bases.json")")
  made=$(recorded | jq -r '.at // empty')
  [ -n "$made" ] && [ "$(seconds_of "$made")" -gt "$newest" ] && [ $((newest + BASE_AGE)) -le "$(date +%s)" ]
}

# Has the archive sent now: behind a full backup everything up to its end is in the repository.
ship_now() { [ -z "$BACKUP_ARCHIVE_OLDEST" ] || kill -USR1 "$(cat /tmp/receive/pid 2>/dev/null)" 2>/dev/null || true; }

# Runs for ever, next to backups and verifications. A signal ends its pause.
receive_and_ship() {
  receiver=
  local basing= began pause now nap asked
  mkdir -p "$archive"
  trap '[ -z "$basing" ] || kill "$basing" 2>/dev/null; stop_receiver; exit 0' TERM INT
  trap 'asked=1' USR1
  echo $$ >"$private/pid"
  live
  while :; do
    began=$(date +%s) problem= pause=$SHIP asked=
    if cycle; then rm -f "$archive/failed.json"
    else
      pause=$((SHIP / 3))
      [ "$(jq -r .reason "$archive/failed.json" 2>/dev/null)" = "$problem" ] || say "the archive: $problem"
      jq -nc --arg at "$(now)" --arg reason "$problem" '{at: $at, reason: $reason}' | replace "$archive/failed.json"
    fi
    measure
    if [ -n "$basing" ] && ! kill -0 "$basing" 2>/dev/null; then wait "$basing" || true; basing=; fi
    # One that finds another one at work is tried again by the next round.
    if [ -z "$basing" ] && base_is_due; then backup base & basing=$!; fi
    now=$(date +%s)
    # A signal that came during the cycle asks for the next one at once.
    if [ -z "$asked" ] && [ $((began + pause)) -gt "$now" ]; then
      # A clock that was set back meanwhile makes it no longer.
      [ "$began" -le "$now" ] || began=$now
      sleep $((began + pause - now)) &
      nap=$!
      wait $nap || true
      kill $nap 2>/dev/null || true
    fi
  done
}

# A copy of the whole cluster, streamed; it is one from which a moment can be reached only once it has its time.
make_base() {
  local line part summary id from
  [ -n "$BACKUP_ARCHIVE_OLDEST" ] || fail "backup.archive is not on"
  open_repository
  live
  line=$(line_of)
  part=$(part_of)
  summary=$(repository backup --json --host "$BACKUP_DEPLOYMENT" --tag "exploreiot-base,deployment=$BACKUP_DEPLOYMENT,line=$line,part=$part,major=$BACKUP_POSTGRES_MAJOR" \
    --stdin-filename base.tar --stdin-from-command -- \
    pg_basebackup --username="$BACKUP_ARCHIVE_USER" --pgdata=- --format=tar --wal-method=none --checkpoint=fast --no-password) || fail "$(why)"
  id=$(jq -r 'select(.message_type == "summary") | .snapshot_id' <<<"$summary")
  # In milliseconds, and behind its end.
  from=$(query "SELECT to_char((clock_timestamp() + interval '1 ms') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')") || fail "$UNANSWERED"
  [ "$(line_of)" = "$line" ] || fail "the line of the log ended while it was made"
  must tag --add "from=$from" "$id" >&2
  (jq -c . "$archive/bases.json" 2>/dev/null || echo '{}') | jq -c --arg line "$line" --arg from "$from" --arg at "$(now)" \
    '{line: $line, from: (if .line == $line then .from else $from end), last: $at}' | replace "$archive/bases.json"
  say "base backup made: moments from $from on can be restored"
}

# A snapshot of the archive with what its tags say.
TAGGED='def tagged: . + ([.tags[] | select(contains("=")) | capture("(?<key>[^=]*)=(?<value>.*)")] | from_entries)
  | .part |= tonumber | .isBase = (.tags | index("exploreiot-base") != null);'

# Which snapshots go, and from when on the line that is written can be restored then. A line keeps the newest base backup from
# before the days that are kept, and all that follows it; of each part the last snapshot has all segments.
OLD_ARCHIVE='
  [.[] | tagged] | group_by(.line) | map(
    .[0].line as $line
    | ([.[] | select(.isBase and .from)] | sort_by(.from)) as $bases
    | ([.[] | select(.isBase | not)] | sort_by(.part, .until, .time)) as $logs
    | if $line != $current and ($logs[-1].until // "") < $before then {gone: map(.id)}
      else
        ([$bases[] | select(.from <= $before)][-1] // $bases[0]) as $first
        | ([$logs | group_by(.part)[] | .[-1].id]) as $newest
        | {
            from: (if $line == $current then $first.from else null end),
            gone: ([$bases[] | select(.from < $first.from) | .id]
              + [.[] | select(.isBase and .from == null and .time < $orphaned) | .id]
              + [$logs[] | select(.part < ($first.part // 0) or (.id as $id | $newest | index($id) == null)) | .id])
          }
      end)
  | {from: ([.[].from | values] | first), gone: (map(.gone) | add // [])}'

# Standard input: the snapshots of the archive. Prints those that go: any minute of as many days as there are daily backups is kept.
# Where the archive was turned off as well.
old_of_archive() {
  local old from days=1
  case " $BACKUP_KEEP " in *" daily="*) days=${BACKUP_KEEP##*daily=} days=${days%% *} ;; esac
  old=$(jq -c --arg current "$([ -z "$BACKUP_ARCHIVE_OLDEST" ] || line_of)" --arg before "$(date -u -d "-$days days" +%Y-%m-%dT%H:%M:%SZ)" \
    --arg orphaned "$(date -u -d '-1 day' +%Y-%m-%dT%H:%M:%SZ)" "$TAGGED $OLD_ARCHIVE") || return 1
  jq -r '.gone[]' <<<"$old"
  # Before they go: no moment is promised that is not there any more.
  from=$(jq -r '.from // empty' <<<"$old")
  [ -z "$from" ] || [ ! -s "$archive/bases.json" ] || jq -c --arg from "$from" '.from = $from' "$archive/bases.json" | replace "$archive/bases.json"
}

# For `backup state`: null where there is no archive.
archive_state() {
  [ -n "$BACKUP_ARCHIVE_OLDEST" ] || { echo null; return; }
  local shipped bases verified failed
  shipped=$(jq -c . "$archive/shipped.json" 2>/dev/null || echo null)
  bases=$(jq -c . "$archive/bases.json" 2>/dev/null || echo null)
  verified=$(jq -c . "$archive/verified.json" 2>/dev/null || echo null)
  failed=$(jq -c . "$archive/failed.json" 2>/dev/null || echo null)
  jq -nc --argjson shipped "$shipped" --argjson bases "$bases" --argjson verified "$verified" --argjson failed "$failed" --argjson behind $(($(date +%s) - $(archived_at))) \
    '{from: $bases.from, until: $shipped.until, behind: $behind, verified: $verified, failed: $failed}'
}

# The time up to which everything is in the repository; before that, when this container began to wait for it.
archived_at() {
  local until at=0
  until=$(jq -r '.until // empty' "$archive/shipped.json" 2>/dev/null || true)
  [ -z "$until" ] || at=$(on_record "$until")
  if [ "$at" != 0 ]; then echo "$at"; else cat "$started" 2>/dev/null || date +%s; fi
}

archive_health() {
  local at
  [ -n "$BACKUP_ARCHIVE_OLDEST" ] || return 0
  at=$(archived_at)
  # A machine that was off has the time of a start to catch up.
  [ "$at" -gt "$(cat "$started")" ] || at=$(cat "$started")
  [ $(($(date +%s) - at)) -le "$BACKUP_ARCHIVE_OLDEST" ] || { echo "the archive is behind since $(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ)$(jq -r '": \(.reason)"' "$archive/failed.json" 2>/dev/null)"; exit 1; }
}
