import { expect, test } from "vitest";
import { parseRoutes, type Route } from "../../../runners/docker/host-routes.ts";
import { conflictsOf } from "../../../runners/docker/subnets.ts";

/** As a machine on a LAN with a VPN shows them, behind one another. */
const PROC = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT                                                       
eth0	00000000	0102A8C0	0003	0	0	0	00000000	0	0	0                                                                             
eth0	0002A8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0                                                                             
wg0	00089B0A	00000000	0001	0	0	0	00F0FFFF	0	0	0                                                                              
tun0	0000000A	0100080A	0003	0	0	0	000000FF	0	0	0                                                                              
tun1	00000080	0100080A	0003	0	0	0	00000080	0	0	0                                                                              
tun0	0100A8C0	0100080A	0007	0	0	0	FFFFFFFF	0	0	0
fd000001000200000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
fd000000000000000000000000000000 08 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     tun0
00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo
Id 52:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.156.0.0/14 2 0 1
        |-- 10.156.0.0
           /16 universe UNICAST
           /15 universe UNREACHABLE
        |-- 10.157.0.0
           /24 link UNICAST
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.99.0.0
        /16 link UNICAST
Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 127.0.0.0
        /8 host LOCAL
`;
const ROUTES: readonly Route[] = [
  { subnet: "192.168.2.0/24", device: "eth0", routed: false },
  { subnet: "10.155.8.0/20", device: "wg0", routed: false },
  { subnet: "10.0.0.0/8", device: "tun0", routed: true },
  { subnet: "128.0.0.0/1", device: "tun1", routed: true },
  { subnet: "192.168.0.1/32", device: "tun0", routed: true },
  { subnet: "fd00:1:2::/64", device: "eth0", routed: false },
  { subnet: "fd00::/8", device: "tun0", routed: true },
  { subnet: "10.156.0.0/16", device: "routing table 52", routed: true, byRule: true },
  { subnet: "10.157.0.0/24", device: "routing table 52", routed: false, byRule: true },
];

test("routes of both families are read, but for defaults, groups and link-local addresses", () => {
  expect(parseRoutes(PROC)).toEqual(ROUTES);
});

test("a subnet that a route leads into is taken; a route for all private addresses is only told", () => {
  const wanted = (...subnets: string[]) => subnets.map((subnet) => ({ name: "x-edge", subnet }));

  expect(
    conflictsOf(
      wanted(
        ...["10.155.9.0/24", "192.168.0.0/29", "172.30.1.0/24", "fd00:1:2:0:5::/80", "198.18.0.0/24"],
        ...["10.156.1.0/24", "10.157.0.0/24"],
      ),
      ROUTES,
    ),
  ).toEqual({
    taken: [
      "subnet 10.155.9.0/24 of x-edge overlaps with 10.155.8.0/20, which the engine's machine reaches through wg0",
      "subnet 192.168.0.0/29 of x-edge overlaps with 192.168.0.1/32, which the engine's machine reaches through tun0",
      "subnet fd00:1:2:0:5::/80 of x-edge overlaps with fd00:1:2::/64, which the engine's machine reaches through eth0",
    ],
    shadowed: [
      "subnet 10.155.9.0/24 of x-edge overlaps with 10.0.0.0/8, which the engine's machine reaches through tun0: addresses there may be lost to it",
      "subnet fd00:1:2:0:5::/80 of x-edge overlaps with fd00::/8, which the engine's machine reaches through tun0: addresses there may be lost to it",
      "subnet 10.156.1.0/24 of x-edge overlaps with 10.0.0.0/8, which the engine's machine reaches through tun0: addresses there may be lost to it",
      "subnet 10.156.1.0/24 of x-edge overlaps with 10.156.0.0/16, which the engine's machine reaches through routing table 52: addresses there may be lost to it",
      "subnet 10.157.0.0/24 of x-edge overlaps with 10.0.0.0/8, which the engine's machine reaches through tun0: addresses there may be lost to it",
    ],
  });
});
