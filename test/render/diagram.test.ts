import { readFileSync, writeFileSync } from "node:fs";
import { XMLParser } from "fast-xml-parser";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { mermaidText } from "../../render/diagram/mermaid.ts";
import { type Diagram, diagramOf } from "../../render/diagram/model.ts";
import { svgText } from "../../render/diagram/svg.ts";
import type { IotStack } from "../../stacks/iot-stack.ts";
import { nodeRed as example, observability } from "../support/example.ts";
import { Sandbox } from "../support/synthesized.ts";

function drawn(input: Omit<DeploymentInput, "name">, extend?: (stack: IotStack) => void): Diagram {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  sandbox.synthesize(input, extend);
  return diagramOf(sandbox.stack());
}

/** Flows as short lines: `ingest > redis: Redis 6379`. */
const lines = ({ flows }: Diagram) =>
  flows.map(({ from, to, both, speaks, port, topics, listener }) =>
    [
      `${from} ${both ? "<>" : ">"} ${to}: ${speaks ?? "any"} ${port}`,
      ...topics,
      ...(listener === undefined
        ? []
        : [`${listener.name} at ${listener.address}${listener.tls ? " TLS" : ""}`]),
    ].join(" "),
  );

const STORES = [
  "migrate <> postgres: PostgreSQL 5432",
  "api <> postgres: PostgreSQL 5432",
  "api <> redis: Redis 6379",
  "ingest > mosquitto: MQTT 1883 status/backend alarm/+",
  "mosquitto > ingest: MQTT 1883 sensor/+ status/+",
  "ingest <> postgres: PostgreSQL 5432",
  "ingest <> redis: Redis 6379",
];

describe("a diagram", () => {
  test("has each service of a local stack with its networks and ports, and the ways of data", () => {
    const { networks, services, outside, ...diagram } = drawn(local);

    expect(networks).toEqual([
      { name: "broker", internal: false },
      { name: "edge", internal: false },
      { name: "data", internal: true },
    ]);
    expect(services.map(({ name, job, networks, ports }) => [name, job, networks, ports])).toEqual([
      ["migrate", true, ["data"], []],
      ["api", false, ["edge", "data"], [8000]],
      ["ingest", false, ["broker", "data"], []],
      ["frontend", false, ["edge"], [3000]],
      ["mosquitto", false, ["broker"], [1883]],
      ["postgres", false, ["data"], [5432]],
      ["redis", false, ["data"], [6379]],
    ]);
    expect(outside).toEqual(["browsers and programs", "devices"]);
    expect(lines({ networks, services, outside, ...diagram })).toEqual([
      "browsers and programs <> api: any 8000 backend at 127.0.0.1",
      "browsers and programs <> frontend: any 3000 frontend at 127.0.0.1",
      "devices > mosquitto: any 1883 mqtt at 127.0.0.1",
      ...STORES,
    ]);
  });

  test("leads through the edge in production, and to the CA that issues by ACME", () => {
    const acme = {
      certificate: {
        source: "acme" as const,
        email: "plant@example.org",
        directory: "https://ca.example.org:14000/dir",
      },
    };
    const diagram = drawn({ ...production, tls: acme });

    expect(lines(diagram).filter((line) => !STORES.includes(line))).toEqual([
      "browsers and programs <> edge: any 443 https at 0.0.0.0 TLS",
      "devices > mosquitto: any 8883 mqtts at 0.0.0.0 TLS",
      "edge <> frontend: HTTP 3000",
      "edge <> api: HTTP 8000",
      "edge > renewer: ACME 8402",
      "renewer <> ca.example.org: ACME 14000",
    ]);
    expect(diagram.services.find(({ name }) => name === "firewall")).toEqual({
      ...{ name: "firewall", job: false, networks: ["host"], ports: [] },
    });
  });

  test("has services of the user's own with what they were given: logins, routes, listeners", () => {
    const grafana = drawn(observability());
    const nodeRed = drawn(example());

    expect(lines(grafana).filter((line) => line.includes("grafana"))).toEqual([
      "edge <> grafana: HTTP 3000",
      "postgres > grafana: PostgreSQL 5432",
    ]);
    expect(lines(nodeRed).filter((line) => line.includes("node-red"))).toEqual([
      "browsers and programs <> node-red: any 1880 node-red at 127.0.0.1",
      "node-red > mosquitto: MQTT 1883 sensor/oven-mean",
      "mosquitto > node-red: MQTT 1883 sensor/oven",
    ]);
  });

  test("sees a port that an override opens, which nobody declared", () => {
    const diagram = drawn(local, (stack) => {
      const redis = stack.node.findAll().find(({ node }) => node.path.endsWith("Redis/Service/Container"));
      (redis as unknown as { addOverride(path: string, value: unknown): void }).addOverride("ports", [
        { internal: 6379, external: 16379, ip: "192.0.2.7", protocol: "tcp" },
      ]);
    });

    expect(lines(diagram)).toContain("browsers and programs <> redis: any 16379 null at 192.0.2.7");
    expect(mermaidText(diagram)).toContain("192.0.2.7, port 16379");
  });
});

/** Names that would end a label, a style, an attribute or an element where they are not escaped. */
const HOSTILE: readonly string[] = [
  'a"] end; click n0 "javascript:alert(1)"',
  "<script>alert(1)</script>",
  "`**md**`",
  "%%{init: {}}%%",
  "style x:#fff;",
  "&lt;b&gt; &amp; ]]> --> </style>",
  "\\N \\G \\l\nline",
  "é😀\u0000\ud800",
];

const hostile: Diagram = {
  deployment: "demo",
  networks: HOSTILE.map((name) => ({ name, internal: false })),
  services: HOSTILE.map((name) => ({ name, job: false, networks: [name], ports: [] })),
  outside: ["</text><image href='x'/>"],
  flows: HOSTILE.map((name) => ({
    ...{ from: "</text><image href='x'/>", to: name, both: false, speaks: "MQTT", port: 1, topics: [name] },
  })),
};

describe("as Mermaid", () => {
  test("is a flowchart with a box for the networks, and thick lines for what is published", () => {
    const broker = { frontend: { enabled: false }, backend: { enabled: false } };
    const diagram = drawn({ ...broker, redis: { enabled: false }, postgres: { enabled: false } });
    expect(mermaidText(diagram)).toBe(
      [
        "flowchart LR",
        '  n1(["devices"])',
        '  subgraph g0["network broker"]',
        '    n0["mosquitto<br/>port 1883"]',
        "  end",
        '  n1 ==>|"mqtt<br/>127.0.0.1, port 1883"| n0',
        "",
      ].join("\n"),
    );
  });

  test("holds names as entity codes wherever they could mean something", () => {
    const text = mermaidText(hostile);
    // The rest between quotes once codes are out, and the text outside of quotes.
    const labels = [...text.matchAll(/"([^"\n]*)"/g)].map(([, label = ""]) => label.replaceAll(/#\d+;/g, ""));
    const rest = text.replaceAll(/"[^"\n]*"/g, "").replaceAll(/\b[ng]\d+\b/g, "");

    expect(labels).toHaveLength(1 + 3 * HOSTILE.length);
    expect(labels.join("").replaceAll("<br/>", "")).toMatch(/^[A-Za-z0-9 .,/+_()-]*$/);
    expect([...new Set(rest.split(/\s+/))]).toEqual([
      "flowchart",
      "LR",
      "([])",
      "subgraph",
      "[]",
      "end",
      "-->||",
      "",
    ]);
    expect(text).toContain('["#96;#42;#42;md#42;#42;#96;"]');
  });
});

describe("the pictures in the documents", () => {
  test.each([
    ["local", local],
    ["production", production],
  ])("docs/diagrams/%s.svg is as the kit draws it now (UPDATE_DOCS=1 writes it)", async (name, input) => {
    const file = new URL(`../../docs/diagrams/${name}.svg`, import.meta.url);
    const svg = await svgText(drawn(input));
    if (process.env.UPDATE_DOCS) writeFileSync(file, svg);
    expect(readFileSync(file, "utf8")).toBe(svg);
  });
});

describe("as SVG", () => {
  let svg: string;
  beforeAll(async () => {
    svg = await svgText(hostile);
  });
  const parsed = (text: string) =>
    new XMLParser({
      ...{ preserveOrder: true, ignoreAttributes: false, trimValues: false, parseTagValue: false },
      // "-" is written as &#45;.
      htmlEntities: true,
    }).parse(text, true) as Node[];

  test("shows hostile names as text, whole, and holds nothing that runs or loads", () => {
    const { texts, elements, attributes } = collected(parsed(svg));

    expect([...elements].toSorted()).toEqual([
      "?xml",
      "g",
      "path",
      "polygon",
      "style",
      "svg",
      "text",
      "title",
    ]);
    expect([...attributes].filter((name) => /^on|href|src/.test(name))).toEqual([]);
    for (const name of HOSTILE) expect(texts).toContain(name.replaceAll(/[\p{Cs}\p{Cc}]/gu, "�"));
  });

  test("is the same bytes each time, and has colours for light and dark", async () => {
    expect(await svgText(hostile)).toBe(svg);
    expect(svg.match(/@media \(prefers-color-scheme:dark\)/g)).toHaveLength(1);
  });

  test("names every service, port and way of a production stack", async () => {
    const diagram = drawn(production);
    const { texts } = collected(parsed(await svgText(diagram)));

    for (const { name } of diagram.services) expect(texts).toContain(name);
    expect(texts).toEqual(
      expect.arrayContaining(["port 8443", "0.0.0.0, port 443, TLS", "sensor/+", "network data, no way out"]),
    );
  });
});

type Node = Readonly<Record<string, unknown>>;

/** Texts, and names of elements and attributes, of what the parser keeps in order. */
function collected(nodes: readonly Node[]) {
  const found = { texts: [] as string[], elements: new Set<string>(), attributes: new Set<string>() };
  const visit = (node: Node) => {
    for (const [key, value] of Object.entries(node)) {
      if (key === "#text") found.texts.push(String(value));
      else if (key === ":@")
        for (const name of Object.keys(value as Node)) found.attributes.add(name.slice(2));
      else {
        found.elements.add(key);
        (value as readonly Node[]).forEach(visit);
      }
    }
  };
  nodes.forEach(visit);
  return found;
}
