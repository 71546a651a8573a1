#!/bin/sh
# archive.sh ROOTFS.tar OUT.tar: the image archive that `docker load` takes.
# Reads TAG, CONTEXT_HASH and SOURCE_DATE_EPOCH. A given tar gives a given image id, which `docker import`
# does not, so the build cache of every image on top survives a rebuild of this one.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$(realpath "$1")" "$work/layer.tar"

layer=$(sha256sum <"$1" | cut -d' ' -f1)
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
architecture=$(dpkg --print-architecture)

cat >"$work/config.json" <<END
{"architecture":"$architecture","os":"linux","created":"$created",
"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["/bin/sh"],
"Labels":{"exploreiot.context":"$CONTEXT_HASH"}},
"history":[{"created":"$created","created_by":"mmdebstrap"}],
"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]}}
END
printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$TAG" >"$work/manifest.json"
tar -C "$work" -ch --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 \
  -f "$2" config.json layer.tar manifest.json
