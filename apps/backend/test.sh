#!/bin/sh
# Lint, then the tests, against real PostgreSQL, Redis and Mosquitto on free loopback ports.
# test.sh [--install] [pytest arguments]     --install: get missing Debian packages with apt-get
set -eu
cd "$(dirname "$0")"

install=no
if [ "${1:-}" = --install ]; then install=yes; shift; fi

missing=
need() { # need PACKAGE COMMAND…: any of the commands (or globs) shows that the package is there
  package=$1; shift
  for candidate in "$@"; do
    if command -v "$candidate" >/dev/null 2>&1; then return; fi
    for file in $candidate; do if [ -e "$file" ]; then return; fi; done
  done
  missing="$missing $package"
}
need postgresql '/usr/lib/postgresql/*/bin/postgres'
need redis-server redis-server
need mosquitto mosquitto /usr/sbin/mosquitto
need libfaketime '/usr/lib/*/faketime/libfaketime.so.1'
need python3 python3
python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"

if [ -n "$missing" ] && [ "$install" = yes ]; then
  apt-get update -qq
  # shellcheck disable=SC2086 -- the variable holds several package names
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
elif [ -n "$missing" ]; then
  echo "test.sh: missing Debian packages:$missing; run: test.sh --install (or apt-get install$missing)" >&2
  exit 1
fi
PATH=$PATH:/usr/sbin

# The environment is made again only when what it is made from has changed.
wanted=$(cat requirements.txt requirements-dev.txt test.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/made-from 2>/dev/null)" != "$wanted" ]; then
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
  .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
  echo "$wanted" >.venv/made-from
fi

.venv/bin/ruff format --check --quiet .
.venv/bin/ruff check --quiet .
# All of them: in two processes, each with services of its own, since most of the time is spent waiting.
if [ $# = 0 ]; then set -- --numprocesses=2 --dist=loadfile; fi
exec .venv/bin/python -m pytest "$@"
