#!/bin/sh
# Starts PostgreSQL, and on the first start makes the cluster:  sh entrypoint.sh postgres [-c name=value …]
#
# POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD   each also as *_FILE, the path of a file with the value
# POSTGRES_INITDB_ARGS                            more arguments for initdb
# PGDATA                                          a folder below the volume, not the volume itself
# START_DIR (/run/exploreiot/start)               *.sql, applied at each start, in order of name: safe to apply again
#
# The files are applied by the superuser over a private socket, before anyone can connect: who may log in, and with
# which password, is always as the files say. One that fails ends the start.
#
# The first start happens in a folder next to PGDATA. The rename at its end is the only commit point: a start that
# was killed half-way begins again from nothing, and a file that fails leaves nothing behind.
set -eu
umask 077

say() { echo "entrypoint: $*" >&2; }
fail() { say "$*"; exit 1; }

# setting NAME [DEFAULT]: sets NAME from itself, or from the file that NAME_FILE names, or to the default.
setting() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  [ -z "$value" ] || [ -z "$file" ] || fail "$1 and $1_FILE are both set; set one of them"
  if [ -n "$file" ]; then
    value=$(cat "$file") || fail "$1_FILE: cannot read $file"
  fi
  eval "$1=\${value:-\${2:-}}"
}

# In the background and waited for: a signal then interrupts the wait at once, not after the child.
run() { "$@" & wait $!; }

sql() {
  psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --host="$private" --username="$POSTGRES_USER" "$@"
}

# A folder that holds no cluster is taken over if empty, and refused otherwise: it is somebody's data.
check_place() {
  volume=$(dirname "$PGDATA")
  [ -w "$volume" ] || fail "$volume: not writable by uid $(id -u)"
  [ ! -e "$PGDATA" ] || rmdir "$PGDATA" 2>/dev/null || fail "$PGDATA: holds files but no PostgreSQL cluster; empty it or use another volume"
}

make_cluster() {
  printf '%s\n' "$POSTGRES_PASSWORD" >"$private/password"
  # shellcheck disable=SC2086 -- POSTGRES_INITDB_ARGS holds several arguments, as with the official image
  run initdb --pgdata="$1" --username="$POSTGRES_USER" --pwfile="$private/password" \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 ${POSTGRES_INITDB_ARGS:-} >/dev/null
  rm "$private/password"
  # For a server that is started without a hba_file and listen_addresses of its own.
  echo "host all all all scram-sha-256" >>"$1/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$1/postgresql.conf"
}

# serve FOLDER COMMAND…: starts the server on a socket that no client and no health probe looks at. It may have to
# recover from a crash first, however long that takes.
serve() {
  folder=$1; shift
  PGDATA=$folder "$@" -c listen_addresses= -c unix_socket_directories="$private" -c hba_file="$private/pg_hba.conf" &
  server=$!
  until sql --dbname=postgres --command='SELECT' >/dev/null 2>&1; do
    kill -0 "$server" 2>/dev/null || { wait "$server"; fail "the server ended before it answered"; }
    sleep 0.1
  done
}

stop() {
  [ -n "$server" ] || return 0
  kill -INT "$server" 2>/dev/null || true
  wait "$server" || true
  server=
}

apply_files() {
  for start_file in "${START_DIR:-/run/exploreiot/start}"/*.sql; do
    [ -f "$start_file" ] || continue
    say "start file $start_file"
    run sql --dbname="$POSTGRES_DB" --file="$start_file"
  done
}

first_start() {
  setting POSTGRES_PASSWORD
  [ -n "$POSTGRES_PASSWORD" ] || fail "no password; set POSTGRES_PASSWORD_FILE (or POSTGRES_PASSWORD)"
  check_place
  stage=$PGDATA.unfinished
  rm -rf "$stage"
  make_cluster "$stage"
  serve "$stage" "$@"
  if [ "$POSTGRES_DB" != postgres ]; then
    printf 'CREATE DATABASE :"name";\n' | sql --dbname=postgres --set=name="$POSTGRES_DB"
  fi
  apply_files
  stop
  sync -f "$stage"
  mv -T "$stage" "$PGDATA"
  sync "$volume"
  say "first start complete"
}

later_start() {
  serve "$PGDATA" "$@"
  apply_files
  stop
}

leave() { stop; rm -rf "$private"; }
interrupted() { say "interrupted before the start was complete"; exit 143; }

if [ "${1:-}" = postgres ]; then
  [ "$(id -u)" != 0 ] || fail "runs as root; start the container as uid 999"
  setting POSTGRES_USER postgres
  setting POSTGRES_DB "$POSTGRES_USER"
  server=
  private=$(mktemp -d)
  echo "local all all trust" >"$private/pg_hba.conf"
  trap leave EXIT
  trap interrupted INT TERM
  if [ -s "$PGDATA/PG_VERSION" ]; then later_start "$@"; else first_start "$@"; fi
  trap - EXIT INT TERM
  leave
  unset POSTGRES_PASSWORD
  # A child of init: the server would wonder about one that it did not start.
  (sh "$(dirname "$0")/measure.sh" --host=/run/postgresql &)
fi
exec "$@"
