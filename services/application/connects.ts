import type { Connection } from "../../core/stack-facts.ts";
import type { Rights, ServiceDefinition } from "../definition.ts";
import type { Deployment } from "../deployment.ts";
import { isOn } from "../listeners.ts";
import { INFO_ALONE } from "../redis/definition.ts";
import { definitions } from "../registry.ts";
import { loginAt, type Store, stores } from "../store-logins.ts";
import type { Program } from "./program.ts";

/** The stores that a program logs in at, and which way data goes between the two. */
export const storesOf = (program: Program, deployment: Deployment): readonly Connection[] =>
  stores
    .filter((store) => isOn(deployment, store) && loginAt(deployment, store, program) !== undefined)
    .flatMap((store) => {
      const { speaks, references } = definitions[store] as ServiceDefinition;
      const { host = "", port } = references(deployment[store]);
      return WAYS[store](program.rights).map((way) => ({ to: host, port: Number(port), speaks, ...way }));
    });

type Way = Pick<Connection, "way" | "topics">;

/** The rights of a program at each store, as ways of data. */
const WAYS: Readonly<Record<Store, (rights: Rights) => readonly Way[]>> = {
  mosquitto: ({ mosquitto: { publish, subscribe } = { publish: [], subscribe: [] } }) => [
    ...(publish.length === 0 ? [] : [{ way: "to" as const, topics: publish }]),
    ...(subscribe.length === 0 ? [] : [{ way: "from" as const, topics: subscribe }]),
  ],
  postgres: ({ postgres }) => [{ way: postgres === "read" || postgres === "monitor" ? "from" : "both" }],
  redis: ({ redis }) => [{ way: redis === INFO_ALONE ? "from" : "both" }],
};
