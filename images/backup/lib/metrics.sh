# shellcheck shell=bash
# What Prometheus reads at port 9100: the record, as text of its own format.

metrics=$state/metrics

# Times are 0 before the first one, so that its age rings; so are those that are ahead of the clock, which would be young for as long.
measure() {
  local until verified
  mkdir -p -m 0755 "$metrics"
  until=$(jq -r '.until // empty' "$archive/shipped.json" 2>/dev/null || true)
  verified=$(jq -r '.at // empty' "$archive/verified.json" 2>/dev/null || true)
  recorded | jq -r --arg rehearsed "$([ -z "$verified" ] && echo 0 || on_record "$verified")" --arg archived "${BACKUP_ARCHIVE_OLDEST:+$([ -z "$until" ] && echo 0 || on_record "$until")}" --arg gaps "$(gaps)" --argjson ahead $AHEAD '
    def seconds: if . == null then 0 else fromdateiso8601 | if . > now + $ahead then 0 else . end end;
    "exploreiot_backup_made_timestamp_seconds \(.at | seconds)",
    "exploreiot_backup_checked_timestamp_seconds \(.verified.at | seconds)",
    "exploreiot_backup_failed \(if .failed then 1 else 0 end)",
    "exploreiot_backup_bytes \(.bytes)",
    "exploreiot_backup_seconds \(.seconds)",
    (select($archived != "") | "exploreiot_backup_archived_timestamp_seconds \($archived)",
      "exploreiot_backup_archive_checked_timestamp_seconds \($rehearsed)", "exploreiot_backup_archive_gaps_total \($gaps)")' >"$metrics/.new-$$"
  chmod 0644 "$metrics/.new-$$"
  mv "$metrics/.new-$$" "$metrics/backup.prom"
}

# As nobody, without any capability, and without the collectors that measure a machine.
serve_metrics() {
  measure
  setpriv --reuid=65534 --regid=65534 --clear-groups prometheus-node-exporter --collector.disable-defaults --collector.textfile --collector.textfile.directory="$metrics" \
    --web.disable-exporter-metrics --log.level=warn --web.listen-address=:9100 &
}
