#!/bin/sh
# publish.sh CRT KEY HOST...: checks a pair and makes it the one that is served, by one rename.
# Exits 1, and leaves what is served alone, when the pair is not good for every HOST.
set -eu
umask 027
crt=$1 key=$2
shift 2
refuse() { echo "renewer: not published: $*" >&2; exit 1; }

[ "$(openssl x509 -in "$crt" -noout -pubkey)" = "$(openssl pkey -in "$key" -pubout)" ] \
  || refuse "the key is not the certificate's"
openssl x509 -in "$crt" -noout -checkend 0 >/dev/null || refuse "it has expired"
for host; do
  openssl x509 -in "$crt" -noout -checkhost "$host" | grep -q "does match" || refuse "it is not for $host"
done
# The first certificate, and those that it is followed by: they have to lead on from it.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v leaf="$work/leaf" -v rest="$work/rest" \
  '/-----BEGIN CERTIFICATE-----/ { count++ } { print > (count > 1 ? rest : leaf) }' "$crt"
[ ! -s "$work/rest" ] || openssl verify -partial_chain -trusted "$work/rest" "$work/leaf" >/dev/null \
  || refuse "its intermediates did not issue it"

cd /certs
pair=$(sha256sum "$crt" | cut -c1-16)
before=$(readlink current || echo "$pair")
[ "$before" != "$pair" ] || [ ! -d "$pair" ] || exit 0
rm -rf .new
mkdir .new
cp "$crt" .new/edge.crt
cp "$key" .new/edge.key
chmod 0640 .new/edge.crt .new/edge.key
[ -d "$pair" ] || mv -T .new "$pair"
ln -sfn "$pair" .next
mv -T .next current
# The pair before stays for those who read it just now.
find . -mindepth 1 -maxdepth 1 -type d ! -name "$pair" ! -name "$before" ! -name devices -exec rm -rf {} +
echo "renewer: published $pair, serial $(openssl x509 -in "$crt" -noout -serial | cut -d= -f2)"
