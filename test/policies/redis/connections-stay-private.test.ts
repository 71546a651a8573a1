import { expect, test } from "vitest";
import { connectionsStayPrivate } from "../../../policies/redis/connections-stay-private.ts";
import { judges, NETWORKS } from "../judging.ts";
import { alone, INNER, notEnforceable, OUTER, redis } from "../servers.ts";

const TLS = ["tls-port 6379", "port 0", 'tls-protocols "TLSv1.2 TLSv1.3"'];

judges(connectionsStayPrivate, "RDS-007", {
  rejects: [
    {
      name: "a network that leads out",
      given: redis([], undefined, OUTER),
      around: NETWORKS,
      evidence: ["tls-port is not set, and the network test/Edge is not internal"],
    },
    {
      name: "encryption next to the open port, and old protocols",
      given: redis(["tls-port 6380", "port 6379", "tls-protocols TLSv1.1"], undefined, INNER),
      around: NETWORKS,
      evidence: ['port is "6379" (redis.conf line 3)', 'tls-protocols is "TLSv1.1" (redis.conf line 4)'],
    },
    {
      name: "encryption by default settings",
      given: redis(["tls-port 6380"], undefined, INNER),
      around: NETWORKS,
      evidence: ["port is not set", "tls-protocols is not set"],
    },
  ],
  accepts: [
    { name: "an internal network", given: redis([], undefined, INNER), around: NETWORKS },
    { name: "encryption alone", given: redis(TLS, undefined, OUTER), around: NETWORKS },
  ],
});

test("says that a file alone shows no networks", () => {
  expect(
    notEnforceable(connectionsStayPrivate, "file/redis.conf", alone("redis.conf", ["port 6379"])),
  ).toEqual(["tls-port is not set, and the networks of its server are not known here"]);
});
