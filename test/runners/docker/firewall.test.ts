import { describe, expect, test } from "vitest";
import { confirmFirewall, firewallStatus } from "../../../runners/docker/firewall.ts";
import {
  confirmationNotice,
  firewallWarnings,
  probeFirewall,
  refuseUnguardableEngine,
} from "../../../runners/docker/firewall-check.ts";
import { errorText } from "../../support/error-text.ts";
import { programs } from "../../support/programs.ts";
import { engine } from "../../support/scripted-engine.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";

const OFF = "or set firewall.enabled: false in the configuration, and filter in front of it";
const guarded = stackOf([
  containerSpec("firewall-files", { uploads: [{ file: "/incoming/firewall.nft", content: "the rules" }] }),
  containerSpec("firewall", {
    block: {
      network_mode: "host",
      user: "0:0",
      env: ["FIREWALL_TABLE=t"],
      capabilities: { drop: ["ALL"], add: ["CAP_NET_ADMIN"] },
      security_opts: ["no-new-privileges:true"],
    },
  }),
]);
const lines: string[] = [];
const check = async (info: object, stack = guarded) => {
  await engine({ things: { "/info": info } });
  return refuseUnguardableEngine(stack, (line) => lines.push(line));
};

describe("an engine for a deployment with a firewall", () => {
  test.each<[string, object, string]>([
    [
      "is refused when it is rootless",
      { SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless"] },
      `the firewall cannot work with a rootless engine: it has a network of its own, and no say in the machine's\n  → use an engine that runs as root\n  → ${OFF}`,
    ],
    [
      "is refused when it is Docker Desktop",
      { OperatingSystem: "Docker Desktop", SecurityOptions: null },
      `the firewall cannot work with Docker Desktop: the engine runs in a virtual machine, behind the ports of this one\n  → deploy to a Linux server (DOCKER_HOST=ssh://…)\n  → ${OFF}`,
    ],
  ])("%s", async (_, info, message) => {
    expect(await errorText(() => check(info))).toBe(message);
  });

  test("is accepted on a server, and with its nftables backend said to be untried", async () => {
    await check({ OperatingSystem: "Debian GNU/Linux 12", SecurityOptions: ["name=seccomp"] });
    await check({ FirewallBackend: { Driver: "nftables" } });

    expect(lines).toEqual([
      "firewall: the engine uses its nftables backend, next to which the rules were not tried yet",
    ]);
  });

  test("is not asked where the firewall is off", async () => {
    const asked = await engine({});
    programs({ docker: "exit 99" });

    await refuseUnguardableEngine(stackOf([]), () => {});
    await probeFirewall(stackOf([]));

    expect(asked).toEqual([]);
  });
});

test("a deploy of rules for the whole machine is announced with what has to follow, that of others is not", () => {
  const seconds = (confirmSeconds: number) =>
    stackOf([], { firewall: { table: "t", scope: "host", confirmSeconds } });

  expect(confirmationNotice(seconds(120))).toEqual([
    "firewall: the rules for the whole machine are taken back 120 s after they are applied, unless somebody logs in again and runs: exploreiot firewall confirm -c demo",
  ]);
  expect([confirmationNotice(seconds(0)), confirmationNotice(stackOf([]))]).toEqual([[], []]);
});

describe("the probe", () => {
  test("runs as the firewall will, with the rules on its standard input", async () => {
    programs({ docker: 'echo "error: $*" >&2; echo "  -> read $(cat)" >&2; exit 3' });

    expect(await errorText(() => probeFirewall(guarded))).toBe(
      "run --rm --interactive --network host --user 0:0 --read-only --cap-drop ALL --cap-add CAP_NET_ADMIN --security-opt no-new-privileges:true --env FIREWALL_TABLE=t exploreiot/firewall:1 firewall probe\n  → read the rules",
    );
  });
});

describe("a firewall that runs", () => {
  test("tells its state and its counters", async () => {
    const nftables = [
      { metainfo: {} },
      { rule: { chain: "forward", expr: [{ accept: null }] } },
      { rule: { chain: "forward", comment: "mqtt", expr: [{ counter: { packets: 2 } }, { accept: null }] } },
      { rule: { chain: "input", comment: "x", expr: [{ counter: { packets: 7 } }, { drop: null }] } },
    ];
    await engine({
      exec: (command) => ({
        stdout: command.startsWith("nft ")
          ? JSON.stringify({ nftables })
          : "table=t\nstate=unconfirmed\nsecondsLeft=9\n",
      }),
    });

    expect(await firewallStatus("demo")).toEqual({
      ...{ table: "t", state: "unconfirmed", secondsLeft: 9 },
      counters: [
        { chain: "forward", rule: "mqtt", packets: 2, dropped: false },
        { chain: "input", rule: "x", packets: 7, dropped: true },
      ],
    });
  });

  test("refuses in its own words, and is missed by name", async () => {
    await engine({ exec: () => ({ code: 3, stderr: "error: too late\n  -> run up again\n" }) });
    expect(await errorText(() => confirmFirewall("demo", false))).toBe("too late\n  → run up again");

    await engine({});
    expect(await errorText(() => firewallStatus("demo"))).toBe(
      "exploreiot-demo-firewall: No such thing: /containers/exploreiot-demo-firewall/exec\n  → exploreiot up deploys it where firewall.enabled is true; docker ps --filter label=exploreiot.role=firewall lists those that run",
    );
  });
});

describe("a deployment without a firewall", () => {
  const listener = { port: 1, protocol: "tcp", tls: false } as const;
  const local = { ...listener, listener: "frontend", address: "127.0.0.1" };

  test("is warned of once it can be reached by other machines", async () => {
    const open = { ...listener, listener: "mqtt", address: "0.0.0.0" };
    expect(await firewallWarnings(stackOf([], { listeners: [local, open] }))).toEqual([
      "the firewall is off: nothing bounds what one source opens (mqtt), and containers of the networks edge and broker reach other machines and this one; set firewall.enabled: true, or filter in front of it",
    ]);
  });

  test("is not warned of on loopback", async () => {
    const v6 = { ...local, address: "::1" };
    expect(await firewallWarnings(stackOf([], { listeners: [local, v6] }))).toEqual([]);
  });
});
