#!/bin/sh
# Says every 5 s how much room the file system of PGDATA has, in the name of a session of the superuser:
#   exploreiot disk FREE SIZE SECONDS     bytes for a user, bytes in all, when it was measured
#
# Every login sees that name (pg_stat_activity), nobody else can say it, and it is gone with the one who says it. Nothing is
# written for it, so that it works on a disk that is full.
set -u

room() {
  while :; do
    # shellcheck disable=SC2046 -- two numbers
    set -- $(df --output=avail,size --block-size=1 "$PGDATA" | tail -n 1)
    echo "SET application_name = 'exploreiot disk $1 $2 $(date +%s)';" || exit
    sleep 5
  done
}

# The server may not answer yet, or no longer: it is dialled again, for as long as this container lives.
while :; do
  room | psql --no-psqlrc --no-password --quiet --username="${POSTGRES_USER:-postgres}" --dbname=postgres "$@" 2>/dev/null
  sleep 1
done
