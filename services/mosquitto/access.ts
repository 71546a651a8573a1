import type { SecretText } from "../../core/secret-text.ts";
import type { Deployment } from "../deployment.ts";
import { mqttSecret } from "./definition.ts";

/** One identity at the broker and what it may do there. */
export interface BrokerUser {
  readonly name: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The password file: a name and the hash of its password on each line. */
export const passwordFile = (users: readonly BrokerUser[]): SecretText =>
  users.flatMap(({ name }) => [`${name}:`, { secret: mqttSecret(name), as: "mosquitto" as const }, "\n"]);

/** The programs of the deployment, and the declared users: who connects to any broker, the deployment's own or another. */
export function brokerClients({ mosquitto, programs }: Deployment): readonly BrokerUser[] {
  const ofPrograms = programs.flatMap(({ rights }) => rights.mosquitto ?? []);
  const named = new Map(ofPrograms.map(({ user: name, ...topics }) => [name, { name, ...topics }]));
  return [...named.values(), ...mosquitto.users];
}

/** The ACL file: a user that has no line may do nothing but what the patterns say of everybody. */
export function accessControlList(users: readonly BrokerUser[], patterns: readonly string[]): string {
  const rules = users.map(({ name, publish, subscribe }) => [
    `user ${name}`,
    ...publish.map((topic) => `topic write ${topic}`),
    ...subscribe.map((topic) => `topic read ${topic}`),
  ]);
  return [...rules, ...(patterns.length === 0 ? [] : [patterns])]
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}
