# shellcheck shell=bash
# The repository: restic, with its errors in words that say what to do.

export RESTIC_PASSWORD_FILE=$files/password RESTIC_CACHE_DIR=$state/cache RESTIC_PROGRESS_FPS=0
# Without a host restic takes the container's, which is another one after each `up`.
own=(--host "$BACKUP_DEPLOYMENT" --tag "exploreiot,deployment=$BACKUP_DEPLOYMENT")

# Variables for the target, each from a file: they are in no `docker inspect`. Those of SSH and the CA are files.
credentials() {
  for credential in "$files"/credentials/*; do
    [ -f "$credential" ] || continue
    case ${credential##*/} in
      SSH_KNOWN_HOSTS) ;;
      # ssh refuses a key without a line end, and secrets are kept without one.
      SSH_PRIVATE_KEY) printf '%s\n' "$(cat "$credential")" >"$private/ssh-key" ;;
      RESTIC_CACERT) export RESTIC_CACERT=$credential ;;
      *) export "${credential##*/}=$(cat "$credential")" ;;
    esac
  done
}

SSH="-o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=20 -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o UserKnownHostsFile=$files/credentials/SSH_KNOWN_HOSTS -i $private/ssh-key"
ssh_options() { case $RESTIC_REPOSITORY in sftp:*) echo "sftp.args=$SSH" ;; esac; }

# restic does not wait for the last words of ssh, so it is asked again. Prints nothing where it gets through.
ssh_says() {
  local server=${RESTIC_REPOSITORY#sftp:}
  case $server in //*) server=${server#//} server=${server%%/*} ;; *) server=${server%%:*} ;; esac
  # shellcheck disable=SC2086 -- options
  ssh $SSH -s "ssh://$server" sftp </dev/null 2>&1 >/dev/null | grep -E 'verification failed|Permission denied|ssh: |Connection|error in libcrypto|invalid format' | tail -n 1
}

# Errors that no second try makes better; restic itself tries for 15 minutes.
HOPELESS='x509: |signature we calculated|access key ID|specified bucket does not exist|507 Insufficient Storage|no space left on device'

# repository ARGUMENTS…: restic on this deployment's repository; `why` says what a failure means (restic's manual, "Exit
# codes").
repository() {
  local code=0 errors=$private/restic-errors
  restic_once "$@" || code=$?
  # The lock of a process of this container that was killed goes at once; where another one is at work, it is waited for.
  if [ $code = 11 ]; then
    drop_locks_of_before
    restic_once unlock || true
    code=0
    restic_once --retry-lock 30s "$@" || code=$?
  fi
  [ $code != 0 ] || return 0
  # A repository that is not there yet is told by the caller.
  [ $code = 10 ] || grep -v '^$' "$errors" >&2 || true
  explain $code "$(cat "$errors")" >"$private/reason"
  return $code
}

# restic tells a lock whose process is gone by the host's name, and a container that is made again has another one. Those of before that had
# this volume are gone, so their locks mean nothing. restic removes no lock by its id, so this is for a repository that is mounted; in
# another one they count for half an hour.
drop_locks_of_before() {
  local lock host
  [ "$RESTIC_REPOSITORY" = /repository ] || return 0
  for lock in /repository/locks/*; do
    host=$(restic --quiet --no-lock cat lock "${lock##*/}" 2>/dev/null | jq -r .hostname) || continue
    [ "$host" = "$HOSTNAME" ] || ! grep -qxF "$host" "$state/hosts" || rm -f "$lock"
  done
}

# Its errors are left in `errors`.
restic_once() {
  local code ssh running
  ssh=$(ssh_options)
  : >"$errors"
  timeout --kill-after=15 ${limit:-0} restic ${ssh:+-o "$ssh"} --quiet "$@" 2>"$errors" &
  running=$!
  # It holds neither the lock of this program nor the end of a pipe.
  (while sleep 1 && kill -0 $running; do ! grep -qiE "$HOPELESS" "$errors" || kill $running; done) >/dev/null 2>&1 9>&- &
  # A signal that is trapped ends a wait, and not what is waited for.
  until code=0; wait $running || code=$?; ! kill -0 $running 2>/dev/null; do :; done
  return $code
}

why() { cat "$private/reason"; }
must() { repository "$@" || fail "$(why)"; }

# The last line that says what happened, and not where or what is done next.
reason_in() { grep -E '^Fatal: |"Fatal: |failed: |returned error|^[a-z]+: ' <<<"$1" | grep -vE 'context canceled|retrying lock' | tail -n 1 | sed 's/^Fatal: //; s/^.*"message":"Fatal: //; s/"}$//; s/ returned error, retrying after [^:]*: / /'; }

FULL="$BACKUP_TARGET is full: make room there, or keep fewer (backup.keep); the snapshots in it are whole"

explain() {
  local line
  line=$(reason_in "$2")
  case $1:$2 in
    10:*) echo "$BACKUP_TARGET holds no repository" ;;
    11:*) echo "$BACKUP_TARGET is locked by another machine; a lock whose owner is gone counts for 30 minutes, then the next backup goes on" ;;
    12:*) echo "the password does not open $BACKUP_TARGET: bring back the secret backup-password that it was made with" ;;
    *"unsupported repository version"*) echo "$BACKUP_TARGET was made by a newer restic than $(restic version | cut -d' ' -f2), which cannot read it: use the version of the kit that made it" ;;
    *[Nn]"o space left on device"* | *"507 Insufficient Storage"* | *"QuotaExceeded"*) echo "$FULL" ;;
    *"invalid data returned"* | *"ciphertext verification failed"* | *"contains errors"* | *"does not match id"*) echo "$BACKUP_TARGET is damaged: $line" ;;
    *"unknown authority"*) echo "$BACKUP_TARGET shows a certificate of a CA that nobody here knows: name its PEM file, backup.credentials.RESTIC_CACERT" ;;
    *"x509: "*) echo "$BACKUP_TARGET shows a certificate that is not its own, or too old: $line" ;;
    *"401 Unauthorized"* | *"403 Forbidden"*) echo "$BACKUP_TARGET does not let us in: check RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD of backup.credentials" ;;
    *"signature we calculated"* | *"ccess "[Kk]"ey I"[Dd]* | *"Access Denied"*)
      echo "$BACKUP_TARGET does not let us in: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of backup.credentials, and what they may do" ;;
    *"specified bucket does not exist"*) echo "$BACKUP_TARGET: there is no such bucket: make it there first" ;;
    *"unable to start the sftp session"*) explain_ssh ;;
    124:*) echo "$BACKUP_TARGET did not answer within $ANSWER seconds${line:+: $line}" ;;
    *) echo "$BACKUP_TARGET: ${line:-$(grep -v '^$' <<<"$2" | tail -n 1)}" ;;
  esac
}

explain_ssh() {
  local line
  line=$(ssh_says || true)
  case $line in
    *"verification failed"*) echo "$BACKUP_TARGET shows another host key than SSH_KNOWN_HOSTS of backup.credentials has: find out why before it is changed; nothing was sent" ;;
    *"Permission denied"*) echo "$BACKUP_TARGET does not let us in: check SSH_PRIVATE_KEY of backup.credentials, and the user's authorized_keys there" ;;
    *) echo "$BACKUP_TARGET does not answer: ${line:-its SSH server ended the connection}" ;;
  esac
}

FORGET_IT='docker exec exploreiot-'$BACKUP_DEPLOYMENT'-backup rm /state/repository'

# Opens the repository. One is made where there never was one: where one was, an empty folder means that its disk is not
# mounted, and a new one there would hide that all backups are gone. Each start of restic costs half a second of CPU for the
# password, so that what is `opened` is not asked again.
open_repository() {
  local code=0 id known
  [ -z "${opened:-}" ] || return 0
  credentials
  # The archive may open it at the same time: it is made once.
  exec 8>"$state/opening"
  flock 8
  known=$(cat "$state/repository" 2>/dev/null || true)
  id=$(repository_id) || code=$?
  if [ $code = 10 ]; then
    case $known in "$BACKUP_TARGET "*) fail "$BACKUP_TARGET is gone: repository ${known##* } was there. Bring its target back; to begin a new one in its place: $FORGET_IT" ;; esac
    say "making a repository at $BACKUP_TARGET. Without its password it is lost: keep a copy of the secret backup-password elsewhere"
    code=0
    id=$(repository init --json | jq -r .id) || code=$?
  fi
  [ $code = 0 ] || fail "$(why)"
  case $known in
    "$BACKUP_TARGET $id") ;;
    "$BACKUP_TARGET "*) fail "$BACKUP_TARGET is another repository than before: $id, and not ${known##* }. If that is meant: $FORGET_IT" ;;
    *) echo "$BACKUP_TARGET $id" | replace "$state/repository" ;;
  esac
  exec 8>&-
}

# Seconds for what a target answers at once; restic itself asks one that does not answer for 15 minutes.
ANSWER=120

repository_id() { limit=$ANSWER repository cat config | jq -r .id; }

# listed ARGUMENTS…: snapshots as restic has them. A repository that nobody made yet has none.
listed() {
  local all code=0
  credentials
  all=$(limit=$ANSWER repository snapshots --json --no-lock --host "$BACKUP_DEPLOYMENT" "$@") || code=$?
  if [ $code = 10 ] && [ ! -s "$state/repository" ]; then all='[]' code=0; fi
  [ $code = 0 ] || fail "$(why)"
  printf '%s\n' "$all"
}

# The dumps of backups: snapshots of their own, whose tag `of` says of which.
dumps=(--tag "exploreiot-dump,deployment=$BACKUP_DEPLOYMENT")

# The snapshots of this deployment, oldest first, each with its dumps. One that is ahead of the clock by hours stands before all: it was
# made while that was wrong, and is not the latest.
snapshots() {
  local all
  all=$(listed --tag "exploreiot,deployment=$BACKUP_DEPLOYMENT" "${dumps[@]}") || return 1
  jq -c --arg ahead "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" 'def of: .tags[] | select(startswith("of="));
    group_by(first(of)) | [.[] | (.[] | select(.tags | index("exploreiot"))) + {
        bytes: (map(.summary.total_bytes_processed // 0) | add), added: (map(.summary.data_added_packed // 0) | add)
      } | {id, at: .time, verified: (.tags | index("verified") != null), bytes, added}] | sort_by(.at < $ahead, .at)' <<<"$all"
}

# Own ones alone are counted and removed. The last verified one stays, no matter how old: it may be the only good one. A dump goes
# with its backup; one that was cut short has none.
OLD='
  def of: .tags[] | select(startswith("of="));
  [.[] | (.keep, .remove) // [] | .[]] as $all
  | ([$all[] | select((.tags | index("exploreiot")) and (.tags | index("verified")))] | max_by(.time) | .id) as $best
  | [.[].remove // [] | .[] | select((.tags | index("exploreiot")) and .id != $best) | .id] as $gone
  | [$all[] | select((.tags | index("exploreiot")) and (.id | IN($gone[]) | not)) | of] as $kept
  | $gone[], ($all[] | select((.tags | index("exploreiot-dump")) and (of | IN($kept[]) | not)) | .id)'

# restic has no rule that spares one snapshot, so its dry run says which ones would go. It lists those of the archive as well, in
# groups of their own; rules of their own say which of them go.
forget_old() {
  local rule keep=() listed old gone
  open_repository
  for rule in $BACKUP_KEEP; do keep+=("--keep-${rule%%=*}" "${rule#*=}"); done
  listed=$(must forget --dry-run --no-lock --json --host "$BACKUP_DEPLOYMENT" --tag "exploreiot,deployment=$BACKUP_DEPLOYMENT" "${dumps[@]}" "${of_archive[@]}" --group-by paths "${keep[@]}")
  old=$(jq -r "$OLD" <<<"$listed" && jq -c '[.[] | (.keep, .remove) // [] | .[] | select(.tags | index("exploreiot-archive") or index("exploreiot-base"))]' <<<"$listed" | old_of_archive)
  mapfile -t gone < <(grep . <<<"$old")
  # As many as an argument list holds.
  while [ ${#gone[@]} -gt 500 ]; do
    must forget "${gone[@]:0:500}" >&2
    gone=("${gone[@]:500}")
  done
  [ ${#gone[@]} = 0 ] || must forget --prune "${gone[@]}" >&2
}

# A repository that is not there yet is made first: a schedule could else make it between the two, under the former password.
add_key() {
  local new=$private/new-password
  cat >"$new"
  open_repository
  # It may have been added before.
  RESTIC_PASSWORD_FILE=$new repository_id >/dev/null 2>&1 || must key add --new-password-file "$new" >&2
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
