#!/bin/sh
# Says every 5 s how much room the file system of PGDATA has, in the name of a session of the superuser:
#   disk LOG FREE SIZE SECONDS     where the database's log was, bytes for a user, bytes in all, when it was measured
#
# Every login sees that name (pg_stat_activity), nobody else can say it, and it is gone with the one who says it. Nothing is
# written for it, so that it works on a disk that is full. A name has 63 characters, and no more than these words fit.
#
# The place in the log is taken first: what the database writes while, and after, this measures is counted from there
# (apps/backend/exploreiot/disk.py). psql runs `df` itself, so a server that answers late delays the measurement, and
# does not make it an old one.
set -u

say() {
  while :; do
    cat <<'END' || exit
SELECT pg_current_wal_insert_lsn() AS log \gset
\set room `df --output=avail,size --block-size=1 "$PGDATA" | { read -r _; read -r free size; echo "$free $size $(date +%s)"; }`
SELECT set_config('application_name', concat_ws(' ', 'disk', :'log', :'room'), false);
END
    sleep 5
  done
}

# The server may not answer yet, or no longer: it is dialled again, for as long as this container lives.
while :; do
  say | psql --no-psqlrc --no-password --quiet --username="${POSTGRES_USER:-postgres}" --dbname=postgres "$@" >/dev/null 2>&1
  sleep 1
done
