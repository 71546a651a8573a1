import { describe, expect, test } from "vitest";
import { blindSpots, publishingOf, refuseDeadListeners } from "../../../runners/docker/publishing.ts";
import type { Stack } from "../../../runners/stack.ts";
import { errorText } from "../../support/error-text.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";

interface Given {
  readonly ip?: string;
  readonly ipv6?: boolean;
  readonly scope?: "containers" | "host";
  readonly firewall?: boolean;
}

/** A broker on one network, with a firewall. */
function site({ ip = "0.0.0.0", ipv6 = false, scope = "containers", firewall = true }: Given): Stack {
  const ports = [{ ip, external: 8883, internal: 8883, protocol: "tcp" }];
  const networks = [
    { name: "broker", internal: false, ipv6, subnets: [], options: {} },
    { name: "data", internal: true, ipv6: false, subnets: [], options: {} },
  ];
  return stackOf(
    [
      containerSpec("mosquitto", { networks: [{ name: "broker", aliases: [] }], block: { ports } }),
      ...(firewall ? [containerSpec("firewall")] : []),
    ],
    { networks, ...(firewall ? { firewall: { table: "t", scope, confirmSeconds: 0 } } : {}) },
  );
}

const engine = (proxy: boolean, ip6tables: boolean) => ({ proxy, ip6tables });
const PASSES =
  "firewall: a container's port that somebody publishes on an IPv6 address passes these rules, since the engine's proxy answers it";
const CLOSE =
  'to close it, set firewall.scope: host, or "userland-proxy": false in the engine\'s daemon.json, or';
const ANONYMOUS =
  "mosquitto on [::]:8883: IPv6 clients come through the engine's proxy, so limits for each client and logs take them all for one; to change that, set \"ip6tables\": true in the engine's daemon.json (Engine 27 and newer have it) and give the listener's network an IPv6 subnet";

test("what the container says of the engine is read from its lines", () => {
  expect(publishingOf("state=applied\nproxy=on\nip6tables=off\n")).toEqual(engine(true, false));
  expect(publishingOf("proxy=off\nip6tables=on\n")).toEqual(engine(false, true));
});

describe("the rules for containers", () => {
  test.each<[string, Given, { proxy: boolean; ip6tables: boolean }, readonly string[]]>([
    [
      "do not see IPv6 where the engine does not forward it",
      { ipv6: true },
      engine(true, false),
      [
        `${PASSES} ("ip6tables" is off and "userland-proxy" on); ${CLOSE} set "ip6tables": true there and give each network an IPv6 subnet (networks.NAME.ipv6)`,
      ],
    ],
    [
      "do not see it where a network has none",
      {},
      engine(true, true),
      [
        `${PASSES} ("userland-proxy" is on, and these networks have no IPv6 subnet: broker); ${CLOSE} give these networks one (networks.NAME.ipv6)`,
      ],
    ],
    ["see it where it is forwarded to each network", { ipv6: true }, engine(true, true), []],
    ["have nothing to see without the proxy", {}, engine(false, false), []],
    ["are not alone in scope host", { scope: "host" }, engine(true, false), []],
    [
      "see it, and the clients of a listener, where that is forwarded",
      { ip: "::", ipv6: true },
      engine(true, true),
      [],
    ],
    ["do not count where there is no firewall", { firewall: false }, engine(true, false), []],
    [
      "let a listener answer clients that it cannot tell apart",
      { ip: "::", scope: "host" },
      engine(true, true),
      [ANONYMOUS],
    ],
  ])("%s", (_, given, publishing, expected) => {
    expect(blindSpots(site(given), publishing)).toEqual(expected);
  });
});

describe("a listener on IPv6", () => {
  const refusal = (given: Given, proxy: boolean, ip6tables: boolean) =>
    errorText(() => refuseDeadListeners(site(given), engine(proxy, ip6tables)));

  test("is refused where nothing would answer behind it", async () => {
    const text = await refusal({ ip: "2001:db8::1", ipv6: true }, false, false);

    expect(text.split("\n")).toEqual([
      'mosquitto on [2001:db8::1]:8883: nobody would answer there, since the engine neither forwards IPv6 to its network nor has a proxy ("userland-proxy": false)',
      "  → set \"ip6tables\": true in the engine's daemon.json (Engine 27 and newer have it), and give the listener's network an IPv6 subnet (networks.NAME.ipv6)",
      '  → or set "userland-proxy": true there, or bind an IPv4 address',
    ]);
    expect(await refusal({ ip: "::" }, false, true)).toBe(text.replace("[2001:db8::1]", "[::]"));
  });

  test.each<[string, Given, boolean, boolean]>([
    ["forwarded", { ip: "::", ipv6: true }, false, true],
    ["answered by the proxy", { ip: "::" }, true, false],
    ["on IPv4", {}, false, false],
  ])("is taken where it is %s", (_, given, proxy, ip6tables) => {
    expect(() => refuseDeadListeners(site(given), engine(proxy, ip6tables))).not.toThrow();
  });
});
