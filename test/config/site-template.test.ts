import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { siteTemplate } from "../../config/site-template.ts";
import { parseYaml } from "../../core/yaml.ts";

const template = siteTemplate("site");
const parse = (text: string) => parseDeployment(parseYaml(text, "site.yaml"), "site.yaml");

/** The commented settings: a line that looks like a key, and the indented ones below it. */
const blocks = [...template.matchAll(/^# [a-z]+:( .*)?\n(# {2}.*\n)*/gm)]
  .map(([block]) => block)
  .filter((block) => !/^# (local|mqtt|yaml-)/.test(block));

const uncomment = (block: string) => block.replaceAll(/^# /gm, "");

describe("the site template", () => {
  test("is a sound deployment as it is written", () => {
    expect(parse(template)).toEqual(
      parseDeployment(
        {
          name: "site",
          mosquitto: {
            users: [
              { name: "sensor", publish: ["sensor/+"] },
              { name: "viewer", subscribe: ["sensor/+"] },
            ],
          },
        },
        "expected",
      ),
    );
  });

  test("shows these settings as comments", () => {
    expect(blocks.map((block) => /^# (\w+):/.exec(block)?.[1])).toEqual([
      "hosts",
      "listeners",
      "networks",
      "tls",
      "firewall",
      "http",
      "sensors",
      "alarms",
      "retention",
      "postgres",
      "backend",
      "services",
    ]);
  });

  test.each(blocks.map((block) => [/\w+/.exec(block)?.[0], block]))(
    "is sound with the comment taken from %s, which then changes the deployment",
    (_, block) => {
      const edited = parse(template.replace(block as string, uncomment(block as string)));

      expect(edited).not.toEqual(parse(template));
    },
  );

  test("is sound with every comment taken away", () => {
    const edited = parse(blocks.reduce((text, block) => text.replace(block, uncomment(block)), template));

    expect(edited).toMatchObject({
      hosts: ["iot.example.org", "192.168.1.10"],
      networks: { edge: { ipv4: "172.30.1.0/24", ipv6: "fd00:30:1::/64" } },
      firewall: { enabled: true, scope: "host", interfaces: ["eth0"] },
      postgres: { limits: { memoryMiB: 512 } },
      backend: {
        roles: [
          { name: "api", publish: true },
          { name: "worker", publish: false },
        ],
        migrate: { command: ["alembic", "upgrade", "head"] },
      },
    });
  });

  test("keeps its promise that the broker alone may listen beyond loopback", () => {
    const edited = template
      .replace("# hosts:", "hosts:")
      .concat("listeners:\n  mqtt: { port: 1883, bind: lan }\n");

    expect(parse(edited).listeners.mqtt).toEqual({ enabled: true, port: 1883, bind: "lan" });
  });
});
