import { expect, test } from "vitest";
import { connectionsStayPrivate } from "../../../policies/postgres/connections-stay-private.ts";
import { judges, NETWORKS } from "../judging.ts";
import { alone, INNER, notEnforceable, OUTER, postgres } from "../servers.ts";

const TLS = ["ssl = on", "ssl_cert_file = '/c/crt'", "ssl_key_file = '/c/key'"];

judges(connectionsStayPrivate, "PGS-005", {
  rejects: [
    {
      name: "a network that leads out",
      given: postgres(["ssl = off"], OUTER),
      around: NETWORKS,
      evidence: ["ssl is not on, and the network test/Edge is not internal"],
    },
    {
      name: "a network known only at apply, and one that is not there",
      given: postgres([], {
        networks_advanced: [{ name: "${docker_network.Later.id}" }, { name: "bridge" }],
      }),
      around: NETWORKS,
      evidence: [
        "ssl is not on, and the network test/Later is not internal",
        'ssl is not on, and the network "bridge" is not in the stack',
      ],
    },
    {
      name: "an overlay between machines",
      given: postgres([], { networks_advanced: { name: "${docker_network.Wide.id}" } }),
      around: { docker_network: { Wide: { driver: "overlay", internal: true } } },
      evidence: ['ssl is not on, and the network test/docker_network.Wide has the driver "overlay"'],
    },
    {
      name: "the engine's default network",
      given: { image: "postgres:15" },
      evidence: ["ssl is not on, and it is on the engine's default network"],
    },
    {
      name: "encryption without a key",
      given: postgres(TLS.slice(0, 2), INNER),
      around: NETWORKS,
      evidence: ["ssl_key_file is not set"],
    },
  ],
  accepts: [
    { name: "an internal network", given: postgres([], INNER), around: NETWORKS },
    { name: "encryption", given: postgres(TLS, OUTER), around: NETWORKS },
    {
      name: "encryption by argument",
      given: { image: "postgres:15", command: "-c ssl=on -cssl_cert_file=/c --ssl-key-file=/k".split(" ") },
    },
  ],
});

test("says that a file alone shows no networks", () => {
  expect(
    notEnforceable(connectionsStayPrivate, "file/postgresql.conf", alone("postgresql.conf", ["port = 1"])),
  ).toEqual(["ssl is not on, and the networks of its server are not known here"]);
});
