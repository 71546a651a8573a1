/** A file of firewall rules that is right: the host and two published ports, 443 and 8883. */
export const FIREWALL = `#!/usr/sbin/nft -f
add table inet example
delete table inet example

table inet example {
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname != "lo" ip daddr 127.0.0.0/8 counter drop comment "loopback from outside"
  }
  chain input {
    type filter hook input priority filter - 1; policy drop;
    iifname "lo" accept
    ct state established,related accept
    ct state invalid drop
    meta l4proto { icmp, ipv6-icmp } accept
    iifname { "eth0" } udp sport 67 udp dport 68 accept comment "DHCP"
    iifname { "eth0" } ip saddr 192.0.2.0/24 tcp dport 22 counter accept comment "ssh"
    limit rate 5/minute burst 10 packets log prefix "example input " flags all
    counter drop comment "undeclared"
  }

  chain forward {
    type filter hook forward priority filter - 1; policy accept;
    iifname "xi00-edge" oifname "xi00-edge" accept
    ct state established,related accept
    oifname "xi00-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 443 counter accept
    oifname "xi00-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 8883 counter accept
    oifname "xi00-*" limit rate 5/minute burst 10 packets log prefix "example forward " flags all
    oifname "xi00-*" counter drop comment "undeclared"
    iifname { "xi00-edge" } ip daddr 192.0.2.7/32 tcp dport 443 counter accept comment "egress"
    iifname "xi00-*" limit rate 5/minute burst 10 packets log prefix "example from containers "
    iifname "xi00-*" counter reject comment "undeclared, from containers"
  }
}
`;
