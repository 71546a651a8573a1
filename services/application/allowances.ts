import type { WaiverProps } from "../../constructs/waiver.ts";
import type { Environment } from "../../site/settings.ts";
import type { ServiceDefinition } from "../definition.ts";
import type { Deployment } from "../deployment.ts";
import { outsideOf } from "../outside.ts";
import { definitions } from "../registry.ts";
import { loginAt, stores } from "../store-logins.ts";
import type { Allowances, Application, Program } from "./program.ts";

type Asked = keyof Allowances;

/** These rules otherwise refuse what a service may ask for by name: of its containers, and of its image. */
const OF_CONTAINER: Readonly<Partial<Record<Asked, readonly string[]>>> = {
  root: ["CTR-004"],
  writableRoot: ["CTR-006"],
  clearText: ["TLS-002"],
};
const OF_IMAGE: Readonly<Partial<Record<Asked, readonly string[]>>> = {
  tag: ["IMG-001", "IMG-007"],
  origin: ["IMG-003"],
};

/** Refused on a server only: elsewhere a waiver would excuse nothing, which is a finding itself. */
const IN_PRODUCTION: readonly Asked[] = ["clearText", "tag", "origin"];

const waivers =
  (rules: Readonly<Partial<Record<Asked, readonly string[]>>>) =>
  ({ allow = {} }: Pick<Application, "allow">, environment: Environment): readonly WaiverProps[] =>
    (Object.keys(rules) as Asked[]).flatMap((name) => {
      const { [name]: allowance } = allow;
      if (allowance === undefined) return [];
      if (IN_PRODUCTION.includes(name) && environment !== "production") return [];
      return (rules[name] ?? []).map((rule) => ({ rule, ...allowance }));
    });

/** The waivers that an application asks for, each with its reason. */
export const containerWaivers = waivers(OF_CONTAINER);
export const imageWaivers = waivers(OF_IMAGE);

/** The connections in clear text to servers outside, each accepted by that server's own setting. */
export const linkWaivers = (program: Program, deployment: Deployment): readonly WaiverProps[] =>
  deployment.environment === "production"
    ? stores.flatMap((store) => linkWaiver(program, store, deployment))
    : [];

function linkWaiver(
  program: Program,
  store: (typeof stores)[number],
  deployment: Deployment,
): readonly WaiverProps[] {
  const { trust } = definitions[store] as ServiceDefinition;
  const accepted = outsideOf(deployment, store)?.allow.clearText;
  if (trust === undefined || accepted === undefined) return [];
  // Where the rule finds nothing, a waiver would be a finding itself.
  const { rule, variable } = trust.clearText;
  if (program.environment[variable] === undefined) return [];
  return loginAt(deployment, store, program) === undefined ? [] : [{ rule, ...accepted }];
}
