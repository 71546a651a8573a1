# shellcheck shell=bash
# When backups are made. BACKUP_EVERY is a number of seconds between two; without it one is made each day at BACKUP_AT (HH:MM, UTC).

RETRY=900 TICK=15

seconds_of() { date -d "$1" +%s; }

# When the last one was made; before the first one, when this deployment began to wait for it.
baseline() {
  local at
  at=$(recorded | jq -r '.at // empty')
  if [ -n "$at" ]; then seconds_of "$at"; else cat "$state/since"; fi
}

# The latest moment up to now at which one should have been made; one that was missed counts too.
slot() {
  if [ -n "${BACKUP_EVERY:-}" ]; then echo $(($(baseline) + BACKUP_EVERY)); return; fi
  local today
  today=$(seconds_of "$(date -u +%Y-%m-%d)T$BACKUP_AT:00Z")
  if [ "$today" -gt "$(date +%s)" ]; then today=$((today - 86400)); fi
  echo "$today"
}

is_due() {
  local slot failed now
  now=$(date +%s)
  slot=$(slot)
  [ "$slot" -le "$now" ] && [ "$(baseline)" -lt "$slot" ] || return 1
  failed=$(recorded | jq -r '.failed.at // empty')
  [ -z "$failed" ] || [ $(($(seconds_of "$failed") + RETRY)) -le "$now" ]
}

schedule() {
  local running= receiving=
  [ -s "$state/since" ] || date +%s | replace "$state/since"
  date +%s >/tmp/started
  say "backups of $BACKUP_DEPLOYMENT to $BACKUP_TARGET, ${BACKUP_EVERY:+every $BACKUP_EVERY s}${BACKUP_AT:+each day at $BACKUP_AT UTC}"
  serve_metrics
  trap 'for child in $running $receiving; do kill "$child" 2>/dev/null; done; exit 0' TERM INT
  while :; do
    date +%s >/tmp/beat
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
  beat=$(cat /tmp/beat 2>/dev/null || echo 0)
  [ $((now - beat)) -le $((TICK * 4)) ] || { echo "the schedule does not run"; exit 1; }
  began=$(baseline)
  [ "$began" -gt "$(cat /tmp/started)" ] || began=$(cat /tmp/started)
  [ $((now - began)) -le "$BACKUP_OLDEST" ] || { recorded | jq -r '"the last backup is of \(.at // "never")\(if .failed then "; \(.failed.at): \(.failed.reason)" else "" end)"'; exit 1; }
  archive_health
  recorded | jq -r '"last backup \(.at // "none yet"), verified \(.verified.at // "none yet")"'
}
