import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { labelTexts } from "../facts/label-texts.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const dashboardAsksForALogin = definePolicy({
  id: "TRF-002",
  severity: "high",
  title: "the dashboard of Traefik asks for a login",
  why: "A router to api@internal publishes the dashboard under a name of the proxy. Without a middleware that asks for a login everybody who knows the name sees all routes and hosts.",
  avoid:
    'image: traefik:v3.3\nlabels:\n  traefik.http.routers.dash.rule: "Host(`proxy.example.org`)"\n  traefik.http.routers.dash.service: api@internal',
  prefer:
    'image: traefik:v3.3\nlabels:\n  traefik.http.routers.dash.rule: "Host(`proxy.example.org`)"\n  traefik.http.routers.dash.service: api@internal\n  traefik.http.routers.dash.middlewares: login@file',
  allowed:
    "a router to api@internal with a middleware basicauth, digestauth, forwardauth or ipallowlist, or one that is defined elsewhere",
  fix: "add such a middleware to the router",
  source: "Traefik documentation, API and dashboard, secure mode",
  looksAt: RUNS,
  where: (resource) => dashboardsOf(resource).length > 0,
  check: (resource, stack) => dashboardsOf(resource).flatMap((router) => problem(router, resource, stack)),
});

const API = "api@internal";
const ROUTER = /^traefik\.http\.routers\.([^.]+)\.service$/i;

/** The routers of a container's labels that lead to the API. */
const dashboardsOf = remembered((resource: Resource): readonly string[] =>
  labelTexts(resource).flatMap(({ name, text }) =>
    // Labels are many, and hardly one is as long.
    text.length === API.length && text.toLowerCase() === API ? (ROUTER.exec(name)?.slice(1, 2) ?? []) : [],
  ),
);

const AUTHENTICATES = /^(basicauth|digestauth|forwardauth|ipallowlist|ipwhitelist|plugin|chain)$/i;

function problem(router: string, resource: Resource, stack: StackDocument): readonly Evidence[] {
  const label = `traefik.http.routers.${router}.middlewares`.toLowerCase();
  const given = labelTexts(resource).find(({ name }) => name.toLowerCase() === label)?.text ?? "";
  const names = given.split(",").flatMap((name) => name.trim() || []);
  if (names.length === 0) return [`the router ${router} leads to the API without a middleware`];
  // A middleware that another provider than Docker defines stands in no label.
  if (names.some((name) => /@(?!docker$)/.test(name))) return [];
  const kinds = names.map((name) => middlewaresIn(stack).get(name.replace(/@docker$/, "").toLowerCase()));
  if (kinds.some((kind) => kind !== undefined && AUTHENTICATES.test(kind))) return [];
  return kinds.includes(undefined)
    ? [unknown(`the middlewares ${given} of the router ${router} are not defined here`)]
    : [`the router ${router} leads to the API by ${given}, which ask for no login`];
}

/** The kinds of the middlewares that labels define, by their names. */
const middlewaresIn = remembered(
  (stack: StackDocument): ReadonlyMap<string, string> =>
    new Map(
      stack.of(RUNS).flatMap((resource) =>
        labelTexts(resource).flatMap(({ name }) => {
          const [, middleware, kind] = /^traefik\.http\.middlewares\.([^.]+)\.([^.]+)/i.exec(name) ?? [];
          return middleware === undefined ? [] : [[middleware.toLowerCase(), String(kind)] as const];
        }),
      ),
    ),
);
