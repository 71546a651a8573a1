#!/bin/sh
# Starts PostgreSQL, and on the first start makes the cluster:  sh entrypoint.sh postgres [-c name=value …]
#
# POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD   each also as *_FILE, the path of a file with the value
# POSTGRES_INITDB_ARGS                            more arguments for initdb
# PGDATA                                          a folder below the volume, not the volume itself
# INITDB_DIR (/run/exploreiot/initdb)             *.sql, *.sql.gz and *.sh, run once, in order of name
#
# The first start happens in a folder beside PGDATA. The rename at its end is the only commit point: a start that
# was killed half-way begins again from nothing, and an init file that fails leaves nothing behind.
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

sql() { psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" "$@"; }

run_init_file() {
  say "init file $1"
  case $1 in
    *.sql) run sql --dbname="$POSTGRES_DB" --file="$1" ;;
    *.sql.gz) gunzip -c "$1" >"$private/init.sql"; run sql --dbname="$POSTGRES_DB" --file="$private/init.sql" ;;
    *.sh) if [ -x "$1" ]; then run "$1"; else run sh "$1"; fi ;;
    *) say "ignored $1: not *.sql, *.sql.gz or *.sh" ;;
  esac
}

read_settings() {
  setting POSTGRES_PASSWORD
  setting POSTGRES_USER postgres
  setting POSTGRES_DB "$POSTGRES_USER"
  [ -n "$POSTGRES_PASSWORD" ] || fail "no password; set POSTGRES_PASSWORD_FILE (or POSTGRES_PASSWORD)"
}

# A folder that holds no cluster is taken over if empty, and refused otherwise: it is somebody's data.
check_place() {
  volume=$(dirname "$PGDATA")
  [ -w "$volume" ] || fail "$volume: not writable by uid $(id -u)"
  [ ! -e "$PGDATA" ] || rmdir "$PGDATA" 2>/dev/null || fail "$PGDATA: holds files but no PostgreSQL cluster; empty it or mount another volume"
}

make_cluster() {
  printf '%s\n' "$POSTGRES_PASSWORD" >"$private/password"
  # shellcheck disable=SC2086 -- POSTGRES_INITDB_ARGS holds several arguments, as with the official image
  run initdb --pgdata="$stage" --username="$POSTGRES_USER" --pwfile="$private/password" \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 ${POSTGRES_INITDB_ARGS:-} >/dev/null
  rm "$private/password"
  # For a server that is started without a hba_file and listen_addresses of its own.
  echo "host all all all scram-sha-256" >>"$stage/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$stage/postgresql.conf"
}

# The server of the first start listens on a socket that no client and no health probe looks at.
fill_cluster() {
  run pg_ctl --pgdata="$stage" --wait --silent \
    --options="-c listen_addresses='' -c unix_socket_directories='$private'" start
  if [ "$POSTGRES_DB" != postgres ]; then
    printf 'CREATE DATABASE :"name";\n' | sql --dbname=postgres --set=name="$POSTGRES_DB"
  fi
  for init_file in "${INITDB_DIR:-/run/exploreiot/initdb}"/*; do
    if [ -f "$init_file" ]; then run_init_file "$init_file"; fi
  done
  run pg_ctl --pgdata="$stage" --mode=fast --wait --silent stop
}

give_up() {
  trap - INT TERM
  pg_ctl --pgdata="$stage" --mode=immediate stop >/dev/null 2>&1 || true
  rm -rf "$private"
  say "interrupted during the first start; nothing was kept"
  exit 143
}

first_start() {
  read_settings
  check_place
  stage=$PGDATA.unfinished
  rm -rf "$stage"
  private=$(mktemp -d)
  export PGHOST="$private" POSTGRES_USER POSTGRES_DB
  trap give_up INT TERM
  make_cluster
  fill_cluster
  trap - INT TERM
  rm -rf "$private"
  unset PGHOST
  sync -f "$stage"
  mv -T "$stage" "$PGDATA"
  sync "$volume"
  say "first start complete"
}

if [ "${1:-}" = postgres ]; then
  [ "$(id -u)" != 0 ] || fail "runs as root; start the container as uid 999"
  [ -s "$PGDATA/PG_VERSION" ] || first_start
  unset POSTGRES_PASSWORD
fi
exec "$@"
