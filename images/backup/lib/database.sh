# shellcheck shell=bash
# PostgreSQL: dumps with counts and sums of the same moment, and a throw-away server to restore them into.

# The same text for the same value on both sides, no matter what a database sets for itself; and no limit of the live server ends a
# long dump (pg_dump sets these for itself as well).
export PGOPTIONS="-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
export PGCONNECT_TIMEOUT=20

psql_quiet() { psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 "$@"; }

# As the deployment's server is reached. The passwords are in no argument and no variable.
live() {
  export PGHOST=postgres PGUSER=$BACKUP_POSTGRES_USER PGPASSFILE=$private/pgpass
  password_line "$BACKUP_POSTGRES_USER" postgres.password >"$PGPASSFILE"
  [ -z "$BACKUP_ARCHIVE_USER" ] || password_line "$BACKUP_ARCHIVE_USER" archive.password >>"$PGPASSFILE"
}

# password_line USER FILE
password_line() {
  local password
  password=$(sed 's/[\\:]/\\&/g' "$files/$2")
  printf '*:*:*:%s:%s\n' "$1" "$password"
}

# The program that makes clusters of a backup, here and next to the data of now, and says what is in them.
upgrade=/usr/local/lib/backup/upgrade.sh
# In an assignment of its own, whose failure ends this program: without it nothing would be counted.
CONTENTS=$(sh $upgrade sums)

# contents DATABASE [SNAPSHOT]: a JSON array of its tables, how many rows, and a sum over them.
contents() {
  local begin="BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
  [ -z "${2:-}" ] || begin="$begin SET TRANSACTION SNAPSHOT '$2';"
  psql_quiet --dbname="$1" <<<"$begin $CONTENTS" | jq -sc 'map(del(.database))'
}

databases() { psql_quiet --dbname="$1" --command="SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres' ORDER BY 1"; }

# dump FOLDER BACKUP: every database into a snapshot of its own, and what was in it into FOLDER/.databases.
dump() {
  local folder=$1 database all
  mkdir "$folder"
  live
  all=$(databases "$BACKUP_DATABASE") || fail "PostgreSQL does not answer, or does not let $PGUSER in; exploreiot status says how it is"
  pg_dumpall --roles-only --no-role-passwords --database="$BACKUP_DATABASE" >"$folder/roles.sql" || fail "the roles of PostgreSQL could not be read"
  while IFS= read -r database; do dump_one "$database" "$2" || exit 1; done <<<"$all" >"$folder/.lines"
  jq -sc . "$folder/.lines" >"$folder/.databases"
  rm "$folder/.lines"
}

# A session holds a snapshot open while the dump and the sums are made from it, at the same time.
dump_one() {
  local database=$1 snapshot owner tables sending
  coproc HOLD { psql_quiet --dbname="$database"; }
  # shellcheck disable=SC2153 -- the name that coproc gives to its process
  local holder=$HOLD_PID input=${HOLD[1]} output=${HOLD[0]}
  echo "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();" >&"$input"
  IFS= read -r snapshot <&"$output" || fail "database $database does not let $PGUSER in"
  send_dump "$database" "$snapshot" "$2" >"$private/sent" &
  sending=$!
  if ! { owner=$(psql_quiet --dbname="$database" --command="SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") &&
    tables=$(contents "$database" "$snapshot" 2>"$private/count-errors"); }; then
    kill "$holder"
    wait $sending || exit 1
    fail "the rows of database $database could not be counted: $(grep -m 1 . "$private/count-errors")"
  fi
  wait $sending || { kill "$holder"; exit 1; }
  echo '\q' >&"$input"
  wait "$holder" || fail "database $database ended the session that held its moment"
  jq -c --arg name "$database" --arg owner "$owner" --argjson tables "$tables" \
    'select(.message_type == "summary") | {name: $name, owner: $owner, dump: .snapshot_id, bytes: .total_bytes_processed, tables: $tables}' "$private/sent"
}

# send_dump DATABASE SNAPSHOT BACKUP: straight into the repository. It needs no room on the disk, and the server reads no faster
# than the repository takes it.
send_dump() {
  repository backup --json --host "$BACKUP_DEPLOYMENT" --tag "exploreiot-dump,deployment=$BACKUP_DEPLOYMENT,of=$3" --stdin-filename "$1.dump" \
    --stdin-from-command -- pg_dump --format=custom --compress=0 --snapshot="$2" --dbname="$1" && return
  ! grep -q 'command failed' "$private/restic-errors" ||
    fail "database $1 could not be dumped: $(sed -n 's/^subprocess pg_dump: //p' "$private/restic-errors" | grep -m 1 .)"
  fail "$(why)"
}

# PostgreSQL does not run as root: the server and its clients run without any capability. A dump may hold functions of the
# application's owner, which run while it is restored, as the superuser of the throw-away server: so nothing of what this
# program knows of the repository is in their environment.
as_postgres() {
  env --ignore-environment PATH="$PATH" LC_ALL="$LC_ALL" PGHOST="${PGHOST:-}" PGUSER="${PGUSER:-}" PGOPTIONS="$PGOPTIONS" \
    setpriv --reuid=999 --regid=999 --clear-groups "$@"
}

scratch=$state/verify

# Starts a server that nobody else reaches, and that need not outlive a crash. It must not hold the lock of this program
# when that is killed.
start_server() {
  stop_server
  install -d -m 1777 "$scratch"
  as_postgres mkdir -m 0700 "$scratch/socket"
  as_postgres initdb --pgdata="$scratch/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  as_postgres pg_ctl --pgdata="$scratch/data" --silent --wait --timeout=120 --log="$scratch/data/log" \
    --options="-c listen_addresses= -c unix_socket_directories=$scratch/socket -c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=1GB -c shared_buffers=32MB -c maintenance_work_mem=32MB -c max_parallel_workers=0 -c jit=off -c autovacuum=off" \
    start 9>&- || fail "the throw-away server did not start: $(tail -n 1 "$scratch/data/log" 2>/dev/null)"
  export PGHOST=$scratch/socket PGUSER=postgres
  unset PGPASSFILE
}

stop_server() {
  if [ -s "$scratch/data/postmaster.pid" ]; then
    as_postgres pg_ctl --pgdata="$scratch/data" --silent --mode=immediate stop 2>/dev/null || true
  fi
  # And all that such a function may have left running; this container's processes are all that it sees.
  as_postgres sh -c 'kill -KILL -1' 2>/dev/null || true
  rm -rf "$scratch"
}
