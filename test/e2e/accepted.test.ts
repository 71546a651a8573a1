import { beforeAll, describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { nftablesRuleset } from "../../firewall/nftables.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { run } from "../../runners/run.ts";
import type { Deployment } from "../../services/deployment.ts";
import { haproxyConfig } from "../../services/edge/haproxy-config.ts";
import { LEAST_EDGE_MIB } from "../../services/edge/memory.ts";
import { postgresqlConf } from "../../services/postgres/files.ts";
import { LEAST_POSTGRES_MIB } from "../../services/postgres/memory.ts";
import { kit } from "../support/e2e.ts";

const numbered = (count: number, name: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => name(n + 1));

/** Values that the schema takes at its bounds, or that other programs could read in their own way. */
const ACCEPTED: readonly (readonly [string, Partial<DeploymentInput>])[] = [
  ["as it ships", {}],
  [
    "the most hosts and many origins",
    {
      hosts: [...numbered(48, (n) => `Host-${n}.example.org`), "FD00:0::1", "192.0.2.9"],
      listeners: { https: {}, frontend: {}, mqtts: {} },
      http: { corsOrigins: numbered(100, (n) => `http://[fd00::${n}]:8080`) },
    },
  ],
  [
    "the highest limits",
    {
      edge: { limits: { memoryMiB: 1_048_576, cpus: 512 } },
      postgres: { limits: { memoryMiB: 1_048_576, cpus: 512 } },
      http: { rateLimitPerMinute: 1_000_000, maxBodyBytes: 1_073_741_824 },
    },
  ],
  [
    "the lowest limits",
    {
      edge: { limits: { memoryMiB: LEAST_EDGE_MIB, cpus: 0.05 } },
      postgres: { limits: { memoryMiB: LEAST_POSTGRES_MIB, cpus: 0.05 } },
      http: { rateLimitPerMinute: 0, maxBodyBytes: 1024 },
    },
  ],
  [
    "both families, ACME, a long prefix and a filter for the whole machine",
    {
      tls: { certificate: { source: "acme", email: "o'brien+x@example.org" } },
      backend: { image: "x", pathPrefix: "/a-b/c/d" },
      http: { stripPrefix: true },
      networks: { edge: { ipv4: "10.1.1.0/24", ipv6: "fd00:1::/64" } },
      bind: "2001:db8::1",
      firewall: {
        scope: "host",
        interfaces: ["eth0", "eth0", "wlan-0.7_x"],
        ssh: { from: ["10.0.0.0/8", "10.1.0.0/16", "::ffff:10.0.0.0/104", "0.0.0.0/0", "::/0"] },
        open: [{ port: 1, protocol: "udp", from: ["192.0.2.1/32", "192.0.2.1/32"] }],
      },
    },
  ],
];

const parsed = (change: Partial<DeploymentInput>): Deployment =>
  parseDeployment({ ...production, ...change, name: "e2e-accepted" }, "test");

describe("settings that the site file takes are taken by the programs that read them:", () => {
  let images: Readonly<Record<string, string>>;
  let pem = "";

  beforeAll(async () => {
    const { stdout, stderr, code } = await kit(["images", "--config", "production", "--json"]);
    if (code !== 0) throw new Error(stderr);
    const tags = (JSON.parse(stdout) as { tag: string }[]).map(({ tag }) => tag);
    const pair = await makeServerPair("site", ["localhost"], await makeAuthority("test"));
    pem = pair.certificate + pair.key;
    images = Object.fromEntries(tags.map((tag) => [/\/(.*):/.exec(tag)?.[1] ?? tag, tag]));
  });

  /** The answer of a shell in an image to a text on its standard input. */
  const inside = async (image: string, options: readonly string[], script: string, input: string) => {
    const tag = images[image] as string;
    const { code, stdout, stderr } = await run(
      [
        "docker",
        "run",
        "--rm",
        "--interactive",
        "--ulimit",
        "nofile=16384:16384",
        ...options,
        tag,
        "sh",
        "-c",
        script,
      ],
      { input, expected: [0, 1, 2, 139] },
    );
    return code === 0 ? stdout.trim() : `${code}\n${stderr}`;
  };

  test.each(ACCEPTED)("%s, by HAProxy", async (_, change) => {
    const cut = `awk '/^# cut/{cut=1;next}{print > (cut ? "/certs/cfg" : "/certs/current/edge.crt")}'`;
    const script = `mkdir /certs/current && ${cut} && haproxy -D -f /certs/cfg >&2 && echo started`;
    const input = `${pem}\n# cut\n${haproxyConfig(parsed(change))}`;

    expect(await inside("edge", ["--tmpfs", "/certs:mode=1777"], script, input)).toBe("started");
  });

  test.each(ACCEPTED)("%s, by nft", async (_, change) => {
    const options = ["--network", "none", "--user", "0:0", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN"];

    expect(
      await inside(
        "firewall",
        options,
        "nft --check --file - && echo taken",
        nftablesRuleset(parsed(change)),
      ),
    ).toBe("taken");
  });

  test.each(ACCEPTED)("%s, by PostgreSQL", async (_, change) => {
    const { limits, tls } = parsed(change).postgres;
    const script =
      "cat >/tmp/conf && mkdir -m 700 /tmp/data && postgres -D /tmp/data -c config_file=/tmp/conf -C port";

    expect(
      await inside(
        "postgres",
        ["--user", "999:999"],
        script,
        postgresqlConf({ limits, logConnections: true, tls }),
      ),
    ).toBe("5432");
  });
});
