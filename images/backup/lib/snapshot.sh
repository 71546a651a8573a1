# shellcheck shell=bash
# A snapshot: what is read, in which order, and what is written down of it.

# take_home: a tar on standard input, kept whole or not at all; a backup that runs is not touched by it.
take_home() {
  new=$(mktemp "$state/.home.XXXXXX")
  trap 'rm -f "$new"' EXIT
  cat >"$new"
  tar --list --file="$new" >/dev/null 2>&1 || { say "standard input is no tar, or not all of it"; exit 1; }
  sync "$new"
  mv -T "$new" "$state/home.tar"
  # Halves that were left by a kill, an hour old or more.
  find "$state" -maxdepth 1 -name '.home.*' -mmin +60 -delete
}

# Copies of secrets and dumps do not stay. Folders that are mounted below are other volumes.
clear_work() { rm -rf "$work/home" "$work/postgres" "$work/broker" "$work/manifest.json" "$work/.images"; }

file_count() { find "$1" -type f | wc -l; }
file_bytes() { find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%d", sum }'; }

copy_home() {
  mkdir "$work/home"
  echo '{}' >"$work/.images"
  if [ ! -s "$state/home.tar" ]; then
    say "warning: the deployment's own directory (secrets, keys, state) was not handed over: exploreiot backup does it"
    return
  fi
  tar --extract --file="$state/home.tar" --directory="$work/home" --no-same-owner
  [ ! -f "$work/home/images.json" ] || mv "$work/home/images.json" "$work/.images"
}

# Seconds within which a broker that runs saves; one that does not has saved when it ended.
SAVED_WITHIN=6

# copy_broker BEGAN: the broker saves every 2 s, whole and by one rename. A save from behind the beginning of the backup holds what was acknowledged
# before it. The dump is made after the copy: in between a reading may leave the broker for the database, and never the
# other way.
copy_broker() {
  local tries=0
  [ -d /sources/broker ] || return 0
  until [ /sources/broker/mosquitto.db -nt "$private/began" ] || [ $(($1 + SAVED_WITHIN)) -lt $EPOCHSECONDS ]; do sleep 0.1; done
  until rm -rf "$work/broker" && mkdir "$work/broker" && cp --recursive --no-dereference /sources/broker/. "$work/broker/" 2>/dev/null; do
    # A file was renamed between its name and its content.
    tries=$((tries + 1))
    [ $tries -lt 20 ] || fail "the broker's files could not be copied"
  done
  rm -f "$work"/broker/*.new
}

manifest() {
  local postgres=null broker=null volumes='[]' volume
  [ ! -f "$work/postgres/.databases" ] ||
    postgres=$(jq -c --argjson major "$BACKUP_POSTGRES_MAJOR" '{major: $major, databases: .}' "$work/postgres/.databases")
  [ ! -f "$work/broker/mosquitto.db" ] ||
    broker=$(jq -nc --arg sha256 "$(sha256sum <"$work/broker/mosquitto.db" | cut -d' ' -f1)" --argjson bytes "$(stat -c %s "$work/broker/mosquitto.db")" '{sha256: $sha256, bytes: $bytes}')
  for volume in "$work"/volumes/*/*/; do
    [ -d "$volume" ] || continue
    volumes=$(jq -c --arg path "${volume%/}" --argjson files "$(file_count "$volume")" --argjson bytes "$(file_bytes "$volume")" \
      '. + [{service: ($path | split("/")[-2]), name: ($path | split("/")[-1]), files: $files, bytes: $bytes}]' <<<"$volumes")
  done
  jq -nc --arg deployment "$BACKUP_DEPLOYMENT" --arg made "$1" --arg kit "$BACKUP_KIT" --argjson postgres "$postgres" \
    --argjson broker "$broker" --argjson volumes "$volumes" --argjson files "$(file_count "$work/home")" --slurpfile images "$work/.images" \
    '{version: 2, deployment: $deployment, made: $made, kit: $kit, images: $images[0], postgres: $postgres, broker: $broker, volumes: $volumes, home: {files: $files}}' |
    replace "$work/manifest.json"
  rm -f "$work/postgres/.databases" "$work/.images"
}

# Where it stands if it is killed: the repository has no new snapshot, and the next one takes what was sent already.
make_backup() {
  local began made copying summary incomplete tries=0
  : >"$private/began"
  began=$(date +%s)
  made=$(now)
  clear_work
  copy_broker "$began" &
  copying=$!
  trap "wait $copying || true; clear_work" EXIT
  open_repository
  copy_home
  wait $copying || exit 1
  [ -z "$BACKUP_POSTGRES_USER" ] || dump "$work/postgres" "$made"
  manifest "$made"
  # A service may remove a file of its volume between its name and its content: restic calls that snapshot incomplete.
  until summary=$(repository backup --json "${own[@]}" --tag "of=$made" "$work"); do
    tries=$((tries + 1))
    incomplete=$(jq -r 'select(.message_type == "summary") | .snapshot_id' <<<"$summary" 2>/dev/null || true)
    [ -z "$incomplete" ] || must forget "$incomplete" >&2
    [ -n "$incomplete" ] && [ $tries -lt 3 ] || fail "$(why)"
  done
  summary=$(jq -c 'select(.message_type == "summary")' <<<"$summary")
  record '.at = $at | .id = $id | .failed = null | .bytes = $bytes | .seconds = $seconds' --arg at "$made" \
    --arg id "$(jq -r .snapshot_id <<<"$summary")" --argjson bytes "$(jq --slurpfile manifest "$work/manifest.json" '.total_bytes_processed + ([$manifest[].postgres.databases[]?.bytes] | add // 0)' <<<"$summary")" --argjson seconds $(($(date +%s) - began))
  say "snapshot $(jq -r '.snapshot_id[0:8]' <<<"$summary") made"
}

# The work behind a snapshot, which is made by then: a failure here is told, and tried again by the next one.
after_backup() {
  local made
  made=$(($(cat "$state/since-verified" 2>/dev/null || echo 0) + 1))
  echo $made | replace "$state/since-verified"
  if [ $made -ge "$BACKUP_VERIFY" ]; then
    attempt "the verification" verify latest
    attempt "the rehearsal of the archive" rehearse_archive
  fi
  attempt "the removal of old ones" forget_old
}
