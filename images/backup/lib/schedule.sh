# shellcheck shell=bash
# When backups are made. BACKUP_EVERY is a number of seconds between two; without it one is made each day at BACKUP_AT (HH:MM, UTC).

RETRY=900 TICK=15 AHEAD=3600

# When this container's schedule began, and when it last looked.
started=/tmp/started looked=/tmp/beat

seconds_of() { date -d "$1" +%s; }

# A moment that is on record. One that is ahead of the clock was written while that was wrong, and counts as none: until then nothing
# would be made, and all would look well.
on_record() {
  local at
  at=$(seconds_of "$1")
  [ "$at" -le $(($(date +%s) + AHEAD)) ] || at=0
  echo "$at"
}

# When the last one was made; before the first one, when this deployment began to wait for it.
baseline() {
  local at
  at=$(recorded | jq -r '.at // empty')
  on_record "${at:-@$(cat "$state/since")}"
}

# The latest moment up to now at which one should have been made; one that was missed counts too.
slot() {
  if [ -n "${BACKUP_EVERY:-}" ]; then echo $(($(baseline) + BACKUP_EVERY)); return; fi
  local today
  today=$(seconds_of "$(date -u +%Y-%m-%d)T$BACKUP_AT:00Z")
  if [ "$today" -gt "$(date +%s)" ]; then today=$((today - 86400)); fi
  echo "$today"
}

# failed_lately WHAT: whether it is too early for another try. A run that was cut short by a stop is tried again at once.
failed_lately() {
  local at
  at=$(recorded | jq -r --arg what "$1" 'select(.failed.reason // "" | startswith($what)) | .failed.at // empty')
  [ -n "$at" ] || return 1
  at=$(on_record "$at")
  [ "$at" -ge "$(cat "$started")" ] && [ $((at + RETRY)) -gt "$(date +%s)" ]
}

is_due() {
  local slot
  slot=$(slot)
  [ "$slot" -le "$(date +%s)" ] && [ "$(baseline)" -lt "$slot" ] && ! failed_lately ""
}

# Everything in this container is asked to end, no matter who started it, and restic is waited for: one that is killed leaves its lock
# in the repository, and nothing can be removed there for half an hour.
end_all() {
  local tries=0
  trap '' TERM INT
  kill -TERM -1 2>/dev/null || true
  while pgrep -x restic >/dev/null && [ $tries -lt 80 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  exit 0
}

schedule() {
  local running= receiving=
  [ -s "$state/since" ] || date +%s | replace "$state/since"
  date +%s >"$started"
  { cat "$state/hosts" 2>/dev/null || true; echo "$HOSTNAME"; } | tail -n 100 | replace "$state/hosts"
  say "backups of $BACKUP_DEPLOYMENT to $BACKUP_TARGET, ${BACKUP_EVERY:+every $BACKUP_EVERY s}${BACKUP_AT:+each day at $BACKUP_AT UTC}"
  serve_metrics
  trap end_all TERM INT
  while :; do
    date +%s >"$looked"
    # The clock was ahead as it began.
    [ "$(cat "$started")" -le "$(cat "$looked")" ] || cp "$looked" "$started"
    if [ -n "$running" ] && ! kill -0 "$running" 2>/dev/null; then wait "$running" || true; running=; fi
    if [ -z "$running" ] && is_due; then backup now & running=$!; fi
    if [ -n "$BACKUP_ARCHIVE_OLDEST" ] && { [ -z "$receiving" ] || ! kill -0 "$receiving" 2>/dev/null; }; then backup receive & receiving=$!; fi
    sleep $TICK &
    wait $! || true
  done
}

# A machine that was off has the time of a start to catch up.
health() {
  local now beat began
  now=$(date +%s)
  beat=$(cat "$looked" 2>/dev/null || echo 0)
  [ $((now - beat)) -le $((TICK * 4)) ] || { echo "the schedule does not run"; exit 1; }
  began=$(baseline)
  [ "$began" -gt "$(cat "$started")" ] || began=$(cat "$started")
  [ $((now - began)) -le "$BACKUP_OLDEST" ] || { recorded | jq -r '"the last backup is of \(.at // "never")\(if .failed then "; \(.failed.at): \(.failed.reason)" else "" end)"'; exit 1; }
  archive_health
  recorded | jq -r '"last backup \(.at // "none yet"), verified \(.verified.at // "none yet")"'
}
