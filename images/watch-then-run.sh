#!/bin/sh
# watch-then-run.sh SIGNAL "FILES" COMMAND...
# Runs COMMAND in place of this shell, and next to it a watcher that sends it SIGNAL when one of FILES has changed.
# FILES are read through their links, so that a switched link counts as a change.
signal=$1 files=$2
shift 2
# Before COMMAND reads them: what changes in between is one signal too many, never one too few.
# shellcheck disable=SC2086 -- several files
seen=$(cat $files 2>/dev/null | cksum)
(
  while sleep 5; do
    # shellcheck disable=SC2086 -- several files
    now=$(cat $files 2>/dev/null | cksum)
    [ "$now" = "$seen" ] && continue
    seen=$now
    kill -s "$signal" $$ || exit 0
  done
) &
exec "$@"
