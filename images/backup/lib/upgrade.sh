#!/bin/sh
# Carries the data of an older major version of PostgreSQL over into a new volume, in steps that run in containers without a
# network of others. Each may be killed and run again: until `commit` has renamed the new cluster, there is none.
#
#   sh upgrade.sh serve          image of the OLD version, old volume at PGDATA: serves it to 127.0.0.1, read-only
#   sh upgrade.sh fill FORMER    image of the NEW version, new volume at PGDATA, in the network of `serve`; FORMER is the old
#                                cluster's folder, read-only: makes a new cluster, fills it, and compares every table
#   sh upgrade.sh commit FORMER  after `serve` has ended: from now on the new cluster is the one that counts
#   sh upgrade.sh check FORMER   0: carried over; 3: not yet; 4: the old cluster was written to afterwards
#
#   sh upgrade.sh load FOLDER    any image, a place for a cluster at PGDATA: makes it from the dumps of a backup in FOLDER, and tells
#                                of each table: database, schema, table, rows, sum
#   sh upgrade.sh recover BASE LOG TIME LSN
#                                a place for a cluster at PGDATA: makes it from the tar of a base backup (`-`: on standard input), and
#                                replays the log in the folder LOG up to TIME; LSN stands behind all that TIME can need. Tells the same
#                                of each table
#   sh upgrade.sh sums           prints the SQL by which each table is told, which backups record as well
set -eu
umask 077
# Names of databases may have blanks.
IFS='
'
# The same text for the same value on both sides.
export PGTZ=UTC PGDATESTYLE=ISO PGCONNECT_TIMEOUT=10

say() { echo "upgrade: $*" >&2; }
fail() { say "$*"; exit 1; }

# `sums` needs none.
stage=${PGDATA:-}.upgraded
note=$(dirname "${PGDATA:-}")/carried-over

old() { program=$1; shift; "$program" --host=127.0.0.1 --username=postgres "$@"; }
new() { program=$1; shift; "$program" --host="$private" --username=postgres "$@"; }
query() { side=$1; shift; "$side" psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 "$@"; }

# from COMMAND… into COMMAND…, as one: a pipe would hide that the first one failed.
carry() {
  rm -f "$private/pipe"
  mkfifo "$private/pipe"
  "$@" >"$private/pipe" &
  producer=$!
  "$into" <"$private/pipe" || { kill "$producer" 2>/dev/null || true; fail "$into ended with an error"; }
  wait "$producer" || fail "$2 ended with an error"
}

# pg_dumpall creates the superuser as well, who is there.
into_globals() { sed '/^CREATE ROLE postgres;$/d' | query new --dbname=postgres; }
into_database() { new pg_restore --exit-on-error --create --dbname=postgres; }
into_postgres() { new pg_restore --exit-on-error --dbname=postgres; }

databases() { query "$1" --dbname=postgres --command="SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1"; }

# Rows and a sum over the text of every row, in any order; and where each sequence stands.
contents() {
  all=$(databases "$1")
  for database in $all; do
    query "$1" --dbname="$database" >"$private/part" <<'SQL'
SELECT format('SELECT %L, count(*), coalesce(sum((''x'' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0) FROM %I.%I t',
              nspname || '.' || relname, nspname, relname)
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY nspname, relname \gexec
SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences ORDER BY 1;
SQL
    awk -v database="$database" '{ print database "." $0 }' "$private/part"
  done
}

# A new cluster and its server, which nobody else can reach.
begin() {
  rm -rf "$stage"
  private=$(mktemp -d)
  # shellcheck disable=SC2046 -- POSTGRES_INITDB_ARGS holds several arguments, as with the official image
  initdb --pgdata="$stage" --username=postgres --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --no-sync \
    $(printf '%s\n' "${POSTGRES_INITDB_ARGS:-}" | tr ' ' '\n') >/dev/null
  # Written to the disk at the end, by initdb, since until then it may begin again from nothing.
  pg_ctl --pgdata="$stage" --silent --wait --timeout=300 --log="$private/log" \
    --options="-c listen_addresses= -c unix_socket_directories=$private -c fsync=off -c full_page_writes=off -c max_wal_size=1GB" start ||
    { cat "$private/log" >&2; fail "the new server did not start"; }
}

finish() {
  new vacuumdb --all --analyze-only --quiet
  pg_ctl --pgdata="$stage" --silent --wait --mode=fast stop
  initdb --sync-only --pgdata="$stage" >/dev/null
}

fill() {
  until old pg_isready --quiet; do sleep 0.2; done
  needed=$(du -sk "$1" | cut -f1)
  free=$(df -Pk "$(dirname "$PGDATA")" | awk 'NR == 2 { print $4 }')
  [ "$free" -gt "$needed" ] || fail "the disk has $((free / 1024)) MiB left; the data takes $((needed / 1024)) MiB"
  begin
  say "roles"
  into=into_globals; carry old pg_dumpall --globals-only
  all=$(databases old)
  for database in $all; do
    say "database $database"
    case $database in postgres) into=into_postgres ;; *) into=into_database ;; esac
    carry old pg_dump --format=custom --compress=0 --dbname="$database"
  done
  say "comparing"
  contents old >"$private/old"
  contents new >"$private/new"
  cmp -s "$private/old" "$private/new" || { diff "$private/old" "$private/new" >&2 || true; fail "the new cluster does not hold the same"; }
  finish
  # Tables, rows: what was compared.
  awk -F'|' 'NF == 3 { tables++; rows += $2 } END { printf "tables=%d rows=%d\n", tables, rows }' "$private/new"
}

load() {
  rm -rf "$PGDATA"
  begin
  say "roles"
  into_globals <"$1/roles.sql"
  for dump in "$1"/*.dump; do
    [ -f "$dump" ] || continue
    database=$(basename "$dump" .dump)
    say "database $database"
    case $database in postgres) into_postgres <"$dump" ;; *) into_database <"$dump" ;; esac
  done
  say "counting"
  recorded
  finish
  mv -T "$stage" "$PGDATA"
}

# Of a segment that was being written there may be several states: the last one counts, and its finished form before all.
name_segments() {
  for file in "$1"/*.partial; do
    [ ! -f "$file" ] || mv -f "$file" "${file%.*.partial}.newest"
  done
  for file in "$1"/*.newest; do
    [ ! -f "$file" ] || [ -f "${file%.newest}" ] || mv "$file" "${file%.newest}"
  done
}

# replay [SETTING]…: up to the moment that the settings say, or to the end of the log; it is a server of its own then.
replay() {
  cat >"$private/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$private'
hba_file = '$private/pg_hba.conf'
hot_standby = off
shared_buffers = '32MB'
restore_command = 'cp "$log/%f" "%p"'
recovery_target_timeline = 'current'
recovery_target_action = 'promote'
max_wal_size = '1GB'
fsync = off
jit = off
autovacuum = off
CONF
  for setting; do echo "$setting" >>"$private/postgresql.conf"; done
  pg_ctl --pgdata="$stage" --silent --wait --timeout=300 --log="$private/log" --options="-c config_file=$private/postgresql.conf" start >>"$private/log" 2>&1 || return 1
  # It counts as started while it still replays, no matter how long that takes.
  until new pg_isready --quiet; do
    pg_ctl --pgdata="$stage" status >/dev/null || return 1
    sleep 0.2
  done
}

place() { echo $((0x${1%/*} * 4294967296 + 0x${1#*/})); }

# is_whole END POSITION: whether all records before POSITION were replayed up to END. The server writes its log page by page when
# nobody waits for it, so POSITION may stand in the middle of a record: that one is longer than what is there of it. A record begins with
# its length, behind the header of a page and the longer one of a segment.
is_whole() {
  at=$(place "$1") to=$(place "$2")
  [ "$at" -lt "$to" ] || return 0
  case $((at % 16777216)):$((at % 8192)) in 0:*) at=$((at + 40)) ;; *:0) at=$((at + 24)) ;; esac
  set -- "$log"/????????"$(printf '%08X%08X' $((at / 4294967296)) $((at % 4294967296 / 16777216)))"
  [ -f "$1" ] || return 1
  length=$(od -An -t u4 -j $((at % 16777216)) -N 4 "$1" | tr -d ' ')
  [ $((at + length)) -gt "$to" ]
}

recover() {
  base=$1 log=$2 moment=$3 position=$4
  rm -rf "$PGDATA" "$stage"
  private=$(mktemp -d)
  say "base backup"
  mkdir -m 0700 "$stage"
  tar -xf "$base" -C "$stage"
  pg_verifybackup --no-parse-wal --quiet "$stage" || fail "the base backup is not as it was written"
  rm -f "$stage/backup_manifest"
  name_segments "$log"
  echo 'local all all trust' >"$private/pg_hba.conf"
  : >"$stage/recovery.signal"
  say "log up to $moment"
  # The file knows no `Z`. Where nothing was committed behind that moment, the log ends before it: then all of it counts.
  if ! replay "recovery_target_time = '${moment%Z}+00'"; then
    grep -q 'recovery ended before configured recovery target was reached' "$private/log" ||
      { tail -n 20 "$private/log" >&2; fail "the log cannot be replayed"; }
    replay || { tail -n 20 "$private/log" >&2; fail "the log cannot be replayed"; }
    replayed=$(query new --dbname=postgres --command='SELECT pg_last_wal_replay_lsn()')
    is_whole "$replayed" "$position" || fail "the log ends at $replayed, before $position: a part of it is missing"
  fi
  [ "$(query new --dbname=postgres --command="SELECT coalesce(pg_last_xact_replay_timestamp() <= '$moment', true)")" = t ] ||
    fail "the log was replayed beyond $moment"
  say "counting"
  recorded
  pg_ctl --pgdata="$stage" --silent --wait --mode=fast stop
  pg_checksums --check --pgdata="$stage" >/dev/null || fail "pages of the data are not as they were written"
  initdb --sync-only --pgdata="$stage" >/dev/null
  mv -T "$stage" "$PGDATA"
}

# Rows and checksum of each table: a line of JSON for each.
recorded() {
  export PGOPTIONS="-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex"
  for database in $(databases new); do
    sums | query new --dbname="$database"
  done
}

# Rows of each table, and a sum over a hash of each row, in any order. Values of types that are hashed alike on every server go into
# it as they are, which takes a third of the time of their text; a program of the database's owner never runs for it. The outer
# hash keeps values that changed rows with each other from having the same sum. Tables that an extension made are not in a dump.
sums() {
  cat <<'SQL'
SELECT format('SELECT json_build_object(''database'', current_database(), ''schema'', %1$L, ''table'', %2$L, ''rows'', count(*), ''checksum'', coalesce(sum(hashint8extended(hash_record_extended(ROW(%3$s), 0), 0)), 0)::text) FROM ONLY %1$I.%2$I;', nspname, relname,
    (SELECT string_agg(format(CASE
         WHEN atttypid = ANY ('{bool,int2,int4,int8,float4,float8,bytea,uuid,date,time,timestamp,timestamptz}'::regtype[]) THEN '%I'
         WHEN atttypid = ANY ('{text,varchar}'::regtype[]) AND collisdeterministic THEN '%I'
         ELSE 'ROW(%I)::text' END, attname), ', ' ORDER BY attnum)
       FROM pg_attribute LEFT JOIN pg_collation ON pg_collation.oid = attcollation
      WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped))
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE relkind = 'r' AND relpersistence <> 't' AND nspname <> 'information_schema' AND nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
 ORDER BY nspname, relname \gexec
SQL
}

# The old cluster's state on the disk; it changes with each start of a server.
control() { sha256sum <"$1/global/pg_control"; }

commit() {
  [ -s "$stage/PG_VERSION" ] || fail "nothing was filled"
  control "$1" >"$note.new"
  mv "$note.new" "$note"
  sync
  mv -T "$stage" "$PGDATA"
  sync
}

check() {
  [ -s "$PGDATA/PG_VERSION" ] || exit 3
  # A cluster without a note was not filled from this one.
  [ ! -f "$note" ] || [ "$(control "$1")" = "$(cat "$note")" ] || exit 4
}

case ${1:-} in
  serve)
    echo "host all all 127.0.0.1/32 trust" >/tmp/pg_hba.conf
    exec postgres -D "$PGDATA" -c hba_file=/tmp/pg_hba.conf -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp \
      -c ssl=off -c default_transaction_read_only=on
    ;;
  fill | commit | check | load | recover | sums) "$@" ;;
  *) fail "one of serve, fill, commit, check, load, recover, sums" ;;
esac
