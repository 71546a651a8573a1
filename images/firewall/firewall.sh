#!/bin/bash
# firewall run       applies the rules and keeps them applied until it is told to stop
# firewall check     whether the table in the kernel is the one that was applied
# firewall confirm   keeps rules that would otherwise be taken back
# firewall status    what is applied, and how the engine publishes, as lines of NAME=VALUE
# firewall probe     whether the rules on standard input could work on this machine, and how the engine publishes;
#                    changes nothing
#
# Runs in the network namespace of the machine, as uid 0 with CAP_NET_ADMIN alone. Reads
#   FIREWALL_TABLE            the table, in family inet; no other is ever touched
#   FIREWALL_BRIDGES          bridges of the containers that can be reached from outside
#   FIREWALL_INTERFACES       interfaces that must exist; may be empty
#   FIREWALL_CONFIRM_SECONDS  time to confirm new rules; 0: nothing to confirm
set -eu

rules=/run/exploreiot/firewall.nft
confirmed=/var/lib/firewall/confirmed.nft # survives restarts: what to go back to
now=/run/firewall                         # of this start: applied, deadline, reverted
interval=10

say() { echo "firewall: $*"; }
refuse() {
  echo "error: $1" >&2
  echo "  -> $2" >&2
  exit 3
}

listing() { nft --stateless list table inet "$FIREWALL_TABLE" 2>/dev/null; }
uptime() { cut -d. -f1 /proc/uptime; }

machine_fits() {
  nft list tables >/dev/null 2>&1 ||
    refuse "nftables cannot be used here: $(nft list tables 2>&1 | head -n 1)" \
      "use a kernel with nf_tables and an engine that is not rootless, or set firewall.enabled: false and filter elsewhere"
  # The engine's own rules, from iptables on nftables, from its nftables backend, or from the older iptables.
  nft list chain ip nat DOCKER >/dev/null 2>&1 || nft list table ip docker-bridges >/dev/null 2>&1 ||
    grep -qx nat /proc/net/ip_tables_names 2>/dev/null || [ -n "${FIREWALL_INTERFACES:-}" ] ||
    refuse "the engine makes no packet filter rules in this network namespace: published ports are served by a process, which rules for containers do not see" \
      "remove \"iptables\": false from the engine's daemon.json, or use firewall.scope: host; for an engine in a virtual machine, filter outside of it"
  for interface in ${FIREWALL_INTERFACES:-}; do
    [ -e "/sys/class/net/$interface" ] ||
      refuse "firewall.interfaces: got \"$interface\"; allowed: $(ls /sys/class/net | grep -v '^lo$' | tr '\n' ' ')" \
        "name the interfaces of the machine that the engine runs on"
  done
}

# How the engine serves published ports, where IPv6 and its proxy come into it. Without a proxy it also turns loopback
# addresses round; where its rules cannot be read (the older iptables) the proxy, its default, is assumed.
publishing() {
  local output
  output=$(nft list chain ip nat OUTPUT 2>/dev/null || nft list table ip docker-bridges 2>/dev/null || true)
  case $output in
  *"!= 127.0.0.0/8"*) echo "proxy=on" ;;
  *"jump "*) echo "proxy=off" ;;
  *) echo "proxy=on" ;;
  esac
  if nft list chain ip6 nat DOCKER >/dev/null 2>&1 || nft list table ip6 docker-bridges >/dev/null 2>&1 ||
    grep -qx nat /proc/net/ip6_tables_names 2>/dev/null; then
    echo "ip6tables=on"
  else
    echo "ip6tables=off"
  fi
}

apply() {
  nft -f "$1"
  listing >"$now/applied.new"
  mv "$now/applied.new" "$now/applied"
}

is_intact() { [ -e "$now/applied" ] && listing | cmp -s - "$now/applied"; }

# What has to be in force: the rules, the last confirmed ones, or (neither) none.
wanted() {
  if [ ! -e "$now/reverted" ]; then echo "$rules"; elif [ -e "$confirmed" ]; then echo "$confirmed"; fi
}

remove_table() {
  nft delete table inet "$FIREWALL_TABLE" 2>/dev/null || true
  rm -f "$now/applied"
}

revert() {
  touch "$now/reverted"
  rm -f "$now/deadline"
  if [ -e "$confirmed" ]; then
    apply "$confirmed"
    say "not confirmed in time: the rules that were confirmed before are back"
  else
    remove_table
    say "not confirmed in time: the rules are taken back, and there were none before"
  fi
}

enforce() {
  local file
  if [ -e "$now/deadline" ] && [ "$(uptime)" -ge "$(cat "$now/deadline")" ]; then revert; fi
  file=$(wanted)
  [ -z "$file" ] || is_intact || {
    say "the table was changed by somebody else: applying it again"
    apply "$file"
  }
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
}

# While containers are attached it is the engine that stops, or a newer firewall takes over: the rules must not lapse.
stop() {
  for bridge in $FIREWALL_BRIDGES; do
    if [ -n "$(ls "/sys/class/net/$bridge/brif" 2>/dev/null)" ]; then
      say "stopped while containers are up: the table stays"
      exit 0
    fi
  done
  remove_table
  say "stopped: the table is removed"
  exit 0
}

run() {
  trap stop TERM INT
  machine_fits
  listen
  rm -f "$now/reverted" "$now/deadline"
  apply "$rules"
  if [ "$FIREWALL_CONFIRM_SECONDS" -gt 0 ] && ! cmp -s "$rules" "$confirmed"; then
    echo $(($(uptime) + FIREWALL_CONFIRM_SECONDS)) >"$now/deadline"
    say "applied; taken back in $FIREWALL_CONFIRM_SECONDS s unless confirmed"
  else
    say "applied"
  fi
  while :; do
    enforce
    rest
    # Without its monitor rest would end at once, again and again.
    kill -0 "$monitor" 2>/dev/null || {
      sleep 1
      listen
    }
  done
}

check() {
  if [ -e "$now/reverted" ]; then
    echo "the rules were not confirmed in time: the former state is back"
    exit 1
  fi
  is_intact || {
    echo "table inet $FIREWALL_TABLE is not as applied"
    exit 1
  }
}

# Logins that the rules have let in since they were applied, as a sum; nothing where no login is declared.
logins() {
  nft list table inet "$FIREWALL_TABLE" |
    sed -n 's/.*counter packets \([0-9]*\) .*comment "ssh"$/\1/p' | paste -sd+
}

confirm() {
  [ ! -e "$now/reverted" ] ||
    refuse "too late: the rules were taken back" "run up again, then confirm within $FIREWALL_CONFIRM_SECONDS s"
  if [ ! -e "$now/deadline" ]; then
    say "nothing to confirm"
    return
  fi
  local sum
  sum=$(logins)
  if [ "${1:-}" != --no-login ] && [ -n "$sum" ] && [ $((sum)) -eq 0 ]; then
    refuse "no login has come in since the rules were applied: a connection from before proves nothing" \
      "log in anew, from where you will need it, and confirm there; --no-login if you have a console"
  fi
  cp "$rules" "$confirmed.new"
  mv "$confirmed.new" "$confirmed"
  rm -f "$now/deadline"
  say "confirmed"
}

status() {
  echo "table=$FIREWALL_TABLE"
  if [ -e "$now/reverted" ]; then
    echo "state=reverted"
  elif ! is_intact; then
    echo "state=changed"
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
  nft --check --file - || refuse "nftables refuses the rules" "the messages above say which one"
  publishing
}

case ${1:-} in
run | check | confirm | status | probe) "$@" ;;
*)
  echo "usage: firewall run|check|confirm|status|probe" >&2
  exit 64
  ;;
esac
