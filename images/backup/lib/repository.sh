# shellcheck shell=bash
# The repository: restic, with its errors in words that say what to do.

export RESTIC_PASSWORD_FILE=$files/password RESTIC_CACHE_DIR=$state/cache RESTIC_PROGRESS_FPS=0
# Without a host restic takes the container's, which is another one after each `up`.
own=(--host "$BACKUP_DEPLOYMENT" --tag "exploreiot,deployment=$BACKUP_DEPLOYMENT")

# Variables for the target, each from a file: they are in no `docker inspect`. A key for SSH stays a file.
credentials() {
  for credential in "$files"/credentials/*; do
    [ -f "$credential" ] || continue
    case ${credential##*/} in
      SSH_PRIVATE_KEY | SSH_KNOWN_HOSTS) ;;
      *) export "${credential##*/}=$(cat "$credential")" ;;
    esac
  done
}

ssh_options() {
  case $RESTIC_REPOSITORY in sftp:*) ;; *) return 0 ;; esac
  echo "sftp.args=-o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=20 -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o UserKnownHostsFile=$files/credentials/SSH_KNOWN_HOSTS -i $files/credentials/SSH_PRIVATE_KEY"
}

# repository ARGUMENTS…: restic on this deployment's repository; `why` says what a failure means (restic's manual, "Exit
# codes").
repository() {
  local code=0 errors=$private/restic-errors ssh
  ssh=$(ssh_options)
  timeout ${limit:-0} restic ${ssh:+-o "$ssh"} --quiet --retry-lock 30s "$@" 2>"$errors" || code=$?
  [ $code != 0 ] || return 0
  # A repository that is not there yet is told by the caller.
  [ $code = 10 ] || grep -v '^$' "$errors" >&2 || true
  explain $code "$(cat "$errors")" >"$private/reason"
  return $code
}

why() { cat "$private/reason"; }
must() { repository "$@" || fail "$(why)"; }

explain() {
  local line
  line=$(grep -v '^$' <<<"$2" | tail -n 1)
  case $1:$2 in
    10:*) echo "$BACKUP_TARGET holds no repository" ;;
    11:*) echo "$BACKUP_TARGET is locked by another machine; a lock whose owner is gone counts for 30 minutes, then the next backup goes on" ;;
    12:*) echo "the password does not open $BACKUP_TARGET: bring back the secret backup-password that it was made with" ;;
    *"unsupported repository version"*) echo "$BACKUP_TARGET was made by a newer restic than $(restic version | cut -d' ' -f2), which cannot read it: use the version of the kit that made it" ;;
    *"no space left on device"*) echo "$BACKUP_TARGET is full: make room there, or keep fewer (backup.keep); the snapshots in it are whole" ;;
    *"invalid data returned"* | *"ciphertext verification failed"* | *"contains errors"* | *"does not match id"*) echo "$BACKUP_TARGET is damaged: $line" ;;
    124:*) echo "$BACKUP_TARGET did not answer within two minutes" ;;
    *) echo "$BACKUP_TARGET: $line" ;;
  esac
}

FORGET_IT='docker exec exploreiot-'$BACKUP_DEPLOYMENT'-backup rm /state/repository'

# Opens the repository. One is made where there never was one: where one was, an empty folder means that its disk is not
# mounted, and a new one there would hide that all backups are gone. Each start of restic costs half a second of CPU for the
# password, so that what is `opened` is not asked again.
open_repository() {
  local code=0 id known config
  [ -z "${opened:-}" ] || return 0
  credentials
  # The archive may open it at the same time: it is made once.
  exec 8>"$state/opening"
  flock 8
  known=$(cat "$state/repository" 2>/dev/null || true)
  # restic itself asks a target that does not answer for 15 minutes.
  config=$(repository_config) || code=$?
  if [ $code = 10 ]; then
    case $known in "$BACKUP_TARGET "*) fail "$BACKUP_TARGET is gone: repository ${known##* } was there. Bring its target back; to begin a new one in its place: $FORGET_IT" ;; esac
    say "making a repository at $BACKUP_TARGET. Without its password it is lost: keep a copy of the secret backup-password elsewhere"
    must init >&2
    code=0
    config=$(repository_config) || code=$?
  fi
  [ $code = 0 ] || fail "$(why)"
  id=$(jq -r .id <<<"$config")
  case $known in
    "$BACKUP_TARGET $id") ;;
    "$BACKUP_TARGET "*) fail "$BACKUP_TARGET is another repository than before: $id, and not ${known##* }. If that is meant: $FORGET_IT" ;;
    *) echo "$BACKUP_TARGET $id" | replace "$state/repository" ;;
  esac
  exec 8>&-
  # Locks of a process of this container that was killed.
  must unlock
}

repository_config() { limit=120 repository cat config; }

# listed ARGUMENTS…: snapshots as restic has them. A repository that nobody made yet has none.
listed() {
  local all code=0
  credentials
  all=$(repository snapshots --json --no-lock --host "$BACKUP_DEPLOYMENT" "$@") || code=$?
  if [ $code = 10 ] && [ ! -s "$state/repository" ]; then all='[]' code=0; fi
  [ $code = 0 ] || fail "$(why)"
  printf '%s\n' "$all"
}

# The snapshots of this deployment, oldest first.
snapshots() {
  local all
  all=$(listed --tag "exploreiot,deployment=$BACKUP_DEPLOYMENT")
  jq -c '[.[] | {id: .id, at: .time, verified: ((.tags // []) | index("verified") != null), bytes: (.summary.total_bytes_processed // 0), added: (.summary.data_added_packed // 0)}] | sort_by(.at)' <<<"$all"
}

# Own ones alone are counted and removed. The last verified one stays, no matter how old: it may be the only good one.
forget_old() {
  local rule keep=() listed best gone gone_of_archive
  open_repository
  for rule in $BACKUP_KEEP; do keep+=("--keep-${rule%%=*}" "${rule#*=}"); done
  best=$(snapshots | jq -r '[.[] | select(.verified)] | last | .id // empty')
  # restic has no rule that spares one snapshot, so its dry run says which ones would go.
  listed=$(must forget --dry-run --json --host "$BACKUP_DEPLOYMENT" --tag "exploreiot,deployment=$BACKUP_DEPLOYMENT" --group-by host "${keep[@]}")
  gone=$(jq -r --arg best "$best" '.[].remove // [] | .[].id | select(. != $best)' <<<"$listed")
  # shellcheck disable=SC2086 -- ids
  [ -z "$gone" ] || must forget $gone >&2
  gone_of_archive=$(forget_archive)
  [ -z "$gone$gone_of_archive" ] || must prune >&2
}

# A repository that is not there yet is made first: a schedule could else make it between the two, under the former password.
add_key() {
  local new=$private/new-password
  cat >"$new"
  open_repository
  # It may have been added before.
  RESTIC_PASSWORD_FILE=$new repository_config >/dev/null 2>&1 || must key add --new-password-file "$new" >&2
  rm "$new"
}

keep_key() {
  local others id
  open_repository
  others=$(must key list --json | jq -r '.[] | select(.current | not) | .id')
  for id in $others; do must key remove "$id" >&2; done
}

check_repository() {
  open_repository
  must check --read-data >&2
  say "every byte of $BACKUP_TARGET is as it was written"
}
