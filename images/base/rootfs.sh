#!/bin/sh
# rootfs.sh OUT.tar: a minimal Debian as one tar, byte-identical for an unchanged archive.
# Reads SUITE, MIRROR, SECURITY_MIRROR and SOURCE_DATE_EPOCH. Needs mmdebstrap; root is not needed.
set -eu
command -v mmdebstrap >/dev/null || { echo "mmdebstrap: not found" >&2; exit 127; }

# As root, mmdebstrap binds /dev/shm and the like into its folder. In a mount namespace of its own they are never
# seen from outside, so removing that folder after a kill cannot reach through them. No right to make a namespace
# means no right to mount either.
private=
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then private="unshare --mount"; fi

# mmdebstrap waits for its children when it is told to stop, so all of them are told: hence a group of their own.
# shellcheck disable=SC2086 -- private is a command and its option, or nothing
setsid $private mmdebstrap --variant=minbase --components=main \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/info/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/lintian/*' \
  "$SUITE" "$1" \
  "deb $MIRROR $SUITE main" \
  "deb $MIRROR $SUITE-updates main" \
  "deb $SECURITY_MIRROR $SUITE-security main" &
child=$!
trap 'kill -TERM "-$child"' INT TERM

status=0
wait "$child" || status=$?
# A signal ends the first wait; what was mounted and unpacked is gone only when mmdebstrap has ended.
while kill -0 "$child" 2>/dev/null; do wait "$child" || status=$?; done
exit "$status"
