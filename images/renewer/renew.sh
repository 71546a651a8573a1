#!/bin/sh
# renew.sh: gets a certificate for ACME_HOSTS from ACME_DIRECTORY, publishes it, and sees every day to its renewal.
# The certificate that is served stays served when something fails here. ACME_EDGE (host:port) passes TLS-ALPN-01 on to ACME_LISTEN;
# ACME_CA is the PEM file of a private directory's own CA. /acme outlives this container: the account's key, the issued
# pair, and when to try next, so that a container which is started again and again asks no more often.
set -u
umask 077
# One stream, so that what the CA said stands before what is made of it.
exec 2>&1
# shellcheck disable=SC2086 -- host names, separated by spaces
set -- $ACME_HOSTS
HOUR=3600 DAY=86400
state=/acme answers=/tmp/answers
wanted="$ACME_DIRECTORY $ACME_HOSTS"
pair=$state/certificates/$1

say() { echo "renewer: $*"; }
kept() { cat "$state/$1" 2>/dev/null; }
keep() { echo "$2" >"$state/.$1" && mv "$state/.$1" "$state/$1"; }

# Up to SECONDS at random, so that not everybody asks at the same moment.
jitter() { shuf -i "0-$1" -n 1; }

is_issued() { [ "$(kept issued-for)" = "$wanted" ] && [ -f "$pair.crt" ]; }

# Less than a third of its life is left, in whole days: what lives for a day or less is renewed each day.
is_due() {
  begin=$(date -d "$(openssl x509 -in "$pair.crt" -noout -startdate | cut -d= -f2)" +%s)
  end=$(date -d "$(openssl x509 -in "$pair.crt" -noout -enddate | cut -d= -f2)" +%s)
  days=$(((end - begin + 3 * DAY - 1) / (3 * DAY)))
  ! openssl x509 -in "$pair.crt" -noout -checkend $((days * DAY)) >/dev/null
}

# lighttpd shows each name the certificate for the CA's question that dehydrated has put there.
listen() {
  mkdir -p "$answers"
  cat >"$answers/lighttpd.conf" <<END
server.modules = ("mod_openssl")
server.document-root = "/nonexistent"
server.port = $ACME_LISTEN
ssl.engine = "enable"
ssl.pemfile = "/certs/current/edge.crt"
ssl.privkey = "/certs/current/edge.key"
ssl.acme-tls-1 = "$answers"
END
  lighttpd -D -f "$answers/lighttpd.conf" &
  server=$!
}

hush() {
  kill "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  rm -rf "$answers"
}

# Whether the edge passes TLS-ALPN-01 on to here, asked for a minute at most: a CA counts attempts that fail.
edge_leads_here() {
  cp /certs/current/edge.crt "$answers/$1.crt.pem"
  cp /certs/current/edge.key "$answers/$1.key.pem"
  open=1 tries=0
  while [ "$open" != 0 ] && [ "$tries" -lt 30 ]; do
    tries=$((tries + 1))
    sleep 2
    openssl s_client -connect "$ACME_EDGE" -servername "$1" -alpn acme-tls/1 </dev/null 2>/dev/null \
      | grep -q "ALPN protocol: acme-tls/1" && open=0
  done
  rm -f "$answers/$1".*
  return "$open"
}

# An account and a certificate for all names. Nothing is asked of the CA over anything but TLS, no matter what its directory
# says: anyone who stands between could else have certificates made for keys of their own.
ask() {
  work=$(mktemp -d) || return 1
  cat >"$work/config" <<END
CONTACT_EMAIL=$ACME_EMAIL
CURL_OPTS="--proto =https --max-time 60${ACME_CA:+ --cacert $ACME_CA}"
CHALLENGETYPE=tls-alpn-01
KEY_ALGO=prime256v1
ACCOUNTDIR=$state/accounts
ALPNCERTDIR=$answers
CERTDIR=$work
END
  dehydrated --config "$work/config" --ca "$ACME_DIRECTORY" --register --accept-terms &&
    dehydrated --config "$work/config" --ca "$ACME_DIRECTORY" --cron --force --domain "$ACME_HOSTS" &&
    keep_pair "$work/${ACME_HOSTS%% *}"
  asked=$?
  rm -rf "$work"
  return "$asked"
}

# Without a certificate nothing counts as issued: a pair that a kill has cut in two is asked for again.
keep_pair() {
  mkdir -p "$state/certificates" &&
    cp "$1/privkey.pem" "$pair.key.new" && cp "$1/fullchain.pem" "$pair.crt.new" &&
    rm -f "$pair.crt" && mv "$pair.key.new" "$pair.key" && mv "$pair.crt.new" "$pair.crt" &&
    keep issued-for "$wanted"
}

round() {
  if is_issued && ! is_due; then
    publish.sh "$pair.crt" "$pair.key" "$@"
    keep not-before "$(next_day)"
    return
  fi
  listen
  attempt "$@"
  hush
}

# Some time before this hour of the next day.
next_day() { echo "$(($(date +%s) + DAY - $(jitter $((4 * HOUR))))) $wanted"; }

attempt() {
  if ! edge_leads_here "$1"; then
    say "$ACME_EDGE does not pass TLS-ALPN-01 on to this container; $ACME_DIRECTORY was not asked. Next look in a minute."
    keep not-before "$(($(date +%s) + 60)) $wanted"
    return
  fi
  failures=$(($(kept failures || echo 0) + 1))
  # Before the attempt: one that is killed counts as well. 1, 2, 4 … 24 hours.
  wait_for=$((HOUR << (failures > 5 ? 5 : failures - 1)))
  [ "$wait_for" -le "$DAY" ] || wait_for=$DAY
  wait_for=$((wait_for + $(jitter $((wait_for / 10)))))
  keep failures "$failures"
  keep not-before "$(($(date +%s) + wait_for)) $wanted"
  if ask && publish.sh "$pair.crt" "$pair.key" "$@"; then
    keep failures 0
    keep not-before "$(next_day)"
    return
  fi
  say "no certificate for $ACME_HOSTS from $ACME_DIRECTORY; the lines above say why. The certificate that is served stays."
  say "Every one of these names has to lead here, to port 443 from the CA's side."
  say "Next attempt in $((wait_for / 60)) minutes; at once: remove /acme/not-before in this container."
}

# The wait is for these names and this CA: with others it does not count. Nor does one that is longer than any: it was written while
# the clock was ahead.
is_time() {
  next=$(kept not-before || echo "0 $wanted")
  left=$((${next%% *} - $(date +%s)))
  [ "${next#* }" != "$wanted" ] || [ "$left" -le 0 ] || [ "$left" -gt $((2 * DAY)) ]
}

trap 'exit 0' TERM INT
say "certificate for $ACME_HOSTS by $ACME_DIRECTORY"
# The certificate that was issued for these names may not be the one that is served: another source published in between.
if is_issued; then publish.sh "$pair.crt" "$pair.key" "$@"; fi
while :; do
  if is_time; then round "$@"; fi
  sleep 5 &
  wait $!
done
