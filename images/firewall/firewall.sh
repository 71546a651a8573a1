#!/bin/bash
# firewall run       applies the rules and keeps them applied until it is told to stop
# firewall check     whether the table in the kernel is the one that was applied
# firewall confirm   keeps rules that would otherwise be taken back
# firewall status    what is applied, and how the engine publishes, as lines of NAME=VALUE
# firewall probe     whether the rules on standard input could work on this machine, and how the engine publishes;
#                    changes nothing
#
# An nft that fails or crashes takes nothing away: what is in the kernel stays, the failure is told by check and status,
# and the rules are tried again.
#
# Runs in the network namespace of the machine, as uid 0 with CAP_NET_ADMIN alone. Reads
#   FIREWALL_TABLE            the table, in family inet; no other is ever touched
#   FIREWALL_BRIDGES          bridges of the containers that can be reached from outside
#   FIREWALL_INTERFACES       interfaces that must exist; may be empty
#   FIREWALL_CONFIRM_SECONDS  time to confirm new rules; 0: nothing to confirm
set -eu

rules=/run/exploreiot/firewall.nft
confirmed=/var/lib/firewall/confirmed.nft # survives restarts: what to go back to
now=/run/firewall                         # of this start: applied, deadline, reverted, failure
interval=10
limit=10 # seconds for one run of nft

say() { echo "firewall: $*"; }
refuse() {
  echo "error: $1" >&2
  echo "  -> $2" >&2
  exit 3
}

uptime() { cut -d. -f1 /proc/uptime; }

# Runs nft, which may crash or hang: what it says is in $said, and why it failed in $reason.
try_nft() {
  local code=0
  said=$(timeout -k 1 "$limit" nft "$@" 2>&1 3>&-) || code=$?
  case $code in
  0) return ;;
  124) reason="nft did not end within $limit s" ;;
  137) reason="nft was killed, or did not end within $limit s" ;;
  139) reason="nft crashed (exit 139), as it does on rules that a newer nft wrote" ;;
  1??) reason="nft was ended by signal $((code - 128)) (exit $code)" ;;
  *) reason="nft says: ${said%%$'\n'*}" ;;
  esac
  return 1
}

is_absent() { [[ $reason == *"No such file or directory"* ]]; }

# The table without what changes by itself: counters, and the sources in its sets.
list_own() { try_nft --stateless --terse list table inet "$FIREWALL_TABLE"; }

interfaces_exist() {
  for interface in ${FIREWALL_INTERFACES:-}; do
    [ -e "/sys/class/net/$interface" ] ||
      refuse "firewall.interfaces: got \"$interface\"; allowed: $(ls /sys/class/net | grep -v '^lo$' | tr '\n' ' ')" \
        "name the interfaces of the machine that the engine runs on"
  done
}

no_nftables() {
  case $reason in "nft crashed"*) refuse "$reason" "nft list ruleset on that machine shows them; report which one it is" ;; esac
  refuse "nftables cannot be used here: $reason" \
    "use a kernel with nf_tables and an engine that is not rootless, or set firewall.enabled: false and filter elsewhere"
}

# Whether there is such a table or chain, no matter who made it.
has() { try_nft list "$@" || { is_absent || no_nftables; return 1; }; }

machine_fits() {
  # Of its own table: tables of others are read only for what stands nowhere else.
  list_own || is_absent || no_nftables
  # The engine's own rules, from iptables on nftables, from its nftables backend, or from the older iptables.
  has chain ip nat DOCKER || has table ip docker-bridges || grep -qx nat /proc/net/ip_tables_names 2>/dev/null ||
    [ -n "${FIREWALL_INTERFACES:-}" ] ||
    refuse "the engine makes no packet filter rules in this network namespace: published ports are served by a process, which rules for containers do not see" \
      "remove \"iptables\": false from the engine's daemon.json, or use firewall.scope: host; for an engine in a virtual machine, filter outside of it"
  interfaces_exist
}

# How the engine serves published ports, where IPv6 and its proxy come into it. Without a proxy it also turns loopback
# addresses round; where its rules cannot be read (the older iptables) the proxy, its default, is assumed.
publishing() {
  try_nft list chain ip nat OUTPUT || try_nft list table ip docker-bridges || said=
  case $said in
  *"!= 127.0.0.0/8"*) echo "proxy=on" ;;
  *"jump "*) echo "proxy=off" ;;
  *) echo "proxy=on" ;;
  esac
  if try_nft list chain ip6 nat DOCKER || try_nft list table ip6 docker-bridges ||
    grep -qx nat /proc/net/ip6_tables_names 2>/dev/null; then
    echo "ip6tables=on"
  else
    echo "ip6tables=off"
  fi
}

# One transaction: it happens whole, or what was there stays. The former listing goes first, so that a crash afterwards
# leaves nothing that would be taken for what is in force.
apply() {
  rm -f "$now/applied"
  try_nft --file "$1" && list_own && echo "$said" >"$now/applied"
}

# Whether the table is as it was applied; if not, $difference says why.
is_intact() {
  if list_own; then
    [ "$said" != "$(cat "$now/applied" 2>/dev/null)" ] || return 0
    difference="somebody else has changed table inet $FIREWALL_TABLE"
  elif is_absent; then
    difference="somebody else has deleted table inet $FIREWALL_TABLE"
  else
    difference="table inet $FIREWALL_TABLE cannot be read: $reason"
  fi
  return 1
}

# The rules that have to be in force: those given, the last confirmed ones, or (neither) none.
wanted() {
  if [ ! -e "$now/reverted" ]; then echo "$rules"; elif [ -e "$confirmed" ]; then echo "$confirmed"; fi
}

remove_table() {
  rm -f "$now/applied"
  try_nft delete table inet "$FIREWALL_TABLE" || is_absent
}

# Brings into force what has to be, and keeps the reason where that fails.
bring_about() {
  local file done=0
  file=$(wanted)
  if [ -n "$file" ]; then apply "$file" || done=1; else remove_table || done=1; fi
  if [ "$done" = 0 ]; then
    rm -f "$now/failure"
  else
    [ "$(cat "$now/failure" 2>/dev/null)" = "$reason" ] || say "$reason; what is in the kernel stays, and this is tried again"
    echo "$reason" >"$now/failure"
  fi
  return "$done"
}

revert() {
  touch "$now/reverted"
  rm -f "$now/deadline"
  bring_about || return 0
  if [ -e "$confirmed" ]; then
    say "not confirmed in time: the rules that were confirmed before are back"
  else
    say "not confirmed in time: the rules are taken back, and there were none before"
  fi
}

# To apply rules again sets counters and the connections of each source back to none, so it is done only where it has to
# be; that is also where nobody can read whether they are there.
enforce() {
  if [ -e "$now/deadline" ] && [ "$(uptime)" -ge "$(cat "$now/deadline")" ]; then revert; fi
  if [ -e "$now/failure" ]; then
    if bring_about; then say "applied"; fi
  elif [ -n "$(wanted)" ] && ! is_intact; then
    say "$difference: applying it again"
    bring_about || true
  fi
}

listen() {
  exec 3< <(exec nft monitor)
  monitor=$!
}

# Until somebody changes the ruleset, or it is time to look anyway. A burst of changes is one.
rest() {
  local seconds=$interval
  if [ -e "$now/deadline" ]; then seconds=1; fi
  if read -r -t "$seconds" -u 3; then
    for _ in {1..500}; do read -r -t 0.2 -u 3 || break; done
  fi
  # Without its monitor, which may crash as well, it would end at once, again and again.
  kill -0 "$monitor" 2>/dev/null || {
    sleep 1
    listen
  }
}

# While containers are attached it is the engine that stops, or a newer firewall takes over: the rules must not lapse.
stop() {
  for bridge in $FIREWALL_BRIDGES; do
    if [ -n "$(ls "/sys/class/net/$bridge/brif" 2>/dev/null)" ]; then
      say "stopped while containers are up: the table stays"
      exit 0
    fi
  done
  if remove_table; then say "stopped: the table is removed"; else say "stopped: the table stays, $reason"; fi
  exit 0
}

run() {
  trap stop TERM INT
  interfaces_exist
  listen
  rm -f "$now/reverted" "$now/deadline" "$now/failure"
  until bring_about; do rest; done
  if [ "$FIREWALL_CONFIRM_SECONDS" -gt 0 ] && ! cmp -s "$rules" "$confirmed"; then
    echo $(($(uptime) + FIREWALL_CONFIRM_SECONDS)) >"$now/deadline"
    say "applied; taken back in $FIREWALL_CONFIRM_SECONDS s unless confirmed"
  else
    say "applied"
  fi
  while :; do
    enforce
    rest
  done
}

check() {
  if [ -e "$now/failure" ]; then
    echo "the rules cannot be applied: $(cat "$now/failure")"
  elif [ -e "$now/reverted" ]; then
    echo "the rules were not confirmed in time: the former state is back"
  elif ! is_intact; then
    echo "$difference"
  else
    return 0
  fi
  exit 1
}

# Logins that the rules have let in since they were applied, as a sum; nothing where no login is declared.
logins() { sed -n 's/.*counter packets \([0-9]*\) .*comment "ssh"$/\1/p' <<<"$said" | paste -sd+; }

confirm() {
  [ ! -e "$now/reverted" ] ||
    refuse "too late: the rules were taken back" "run up again, then confirm within $FIREWALL_CONFIRM_SECONDS s"
  if [ ! -e "$now/deadline" ]; then
    say "nothing to confirm"
    return
  fi
  local sum
  try_nft --terse list table inet "$FIREWALL_TABLE" ||
    refuse "nobody can tell whether a login has come in: $reason" "run it again; the rules are taken back in time"
  sum=$(logins)
  if [ "${1:-}" != --no-login ] && [ -n "$sum" ] && [ $((sum)) -eq 0 ]; then
    refuse "no login has come in since the rules were applied: a connection from before proves nothing" \
      "log in again, from where you will need it, and confirm there; --no-login if you have a console"
  fi
  cp "$rules" "$confirmed.new"
  mv "$confirmed.new" "$confirmed"
  rm -f "$now/deadline"
  say "confirmed"
}

status() {
  echo "table=$FIREWALL_TABLE"
  if [ -e "$now/failure" ]; then
    echo "state=failing"
    echo "reason=$(cat "$now/failure")"
  elif [ -e "$now/reverted" ]; then
    echo "state=reverted"
  elif ! is_intact; then
    echo "state=changed"
    echo "reason=$difference"
  elif [ -e "$now/deadline" ]; then
    echo "state=unconfirmed"
    echo "secondsLeft=$(($(cat "$now/deadline") - $(uptime)))"
  else
    echo "state=applied"
  fi
  publishing
}

probe() {
  machine_fits
  try_nft --check --file - || {
    echo "$said" >&2
    refuse "nftables refuses the rules: $reason" "the messages above say which one"
  }
  publishing
}

case ${1:-} in
run | check | confirm | status | probe) "$@" ;;
*)
  echo "usage: firewall run|check|confirm|status|probe" >&2
  exit 64
  ;;
esac
