import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { roleOf } from "../../core/labels.ts";
import type { OutsideServer } from "../../core/stack-facts.ts";
import { ofRole } from "../../runners/containers.ts";
import { askInside } from "../../runners/docker/ask-inside.ts";
import { execIn } from "../../runners/docker/exec.ts";
import { inspect } from "../../runners/docker/observe.ts";
import { answersInside } from "../../runners/docker/published-ports.ts";
import { lastAnswer } from "../../runners/docker/reasons.ts";
import type { ContainerSpec, Stack } from "../../runners/stack.ts";
import { MQTT_PORT } from "../../services/mosquitto/definition.ts";
import { outsideServer, outsideServersOf } from "../../services/outside-servers.ts";
import { apiOf } from "../api-way.ts";
import { failed, failedIn, passed, type Step } from "../doctor/steps.ts";
import { askOutside, ownersLogin } from "../outside-database.ts";
import { logIn } from "../outside-login.ts";
import type { Synthesized } from "../synthesize.ts";

/** Why a container cannot do its work; undefined if it runs and is well. */
async function unwell({ name }: ContainerSpec): Promise<string | undefined> {
  const [state] = await inspect([name]);
  if (state === undefined) return "its container is not there";
  const { Status, Running, Paused, Health } = state.State;
  if (!Running || Paused) return `its container is ${Status}`;
  return Health === undefined || Health.Status === "healthy"
    ? undefined
    : `it is ${Health.Status}: ${lastAnswer(state) ?? "no answer yet"}`;
}

const AGAIN = "exploreiot up brings it up again; exploreiot logs shows more";

/** One hop of the chain: its container is well, and what it is asked it answers. */
async function hop(
  step: string,
  spec: ContainerSpec | undefined,
  ask: (spec: ContainerSpec) => Promise<Step>,
): Promise<Step> {
  if (spec === undefined) return passed(step, "the deployment has none of its own");
  try {
    const why = await unwell(spec);
    const answer = why === undefined ? await ask(spec) : failed(step, `${spec.name}: ${why}`, AGAIN);
    return answer.state === "failed" ? await failedIn(spec.name, answer) : answer;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return failedIn(spec.name, failed(step, error.message, ...error.remedy));
  }
}

const readiness = z.object({ ready: z.boolean(), dependencies: z.record(z.string(), z.string()) });

/** The report of a role of the shipped backend on the services that it needs. */
async function readyStep(step: string, spec: ContainerSpec, port: number, host: string): Promise<Step> {
  const { status, body } = await askInside({ container: spec.name, port, path: "/readyz", host });
  const said = readiness.safeParse(jsonOf(body));
  if (!said.success)
    return status < 400
      ? passed(step, `answers ${status}`)
      : failed(step, `/readyz answers ${status}`, AGAIN);
  const { ready, dependencies } = said.data;
  const told = Object.entries(dependencies)
    .map(([name, state]) => `${name} ${state}`)
    .join(", ");
  return ready ? passed(step, told) : failed(step, told, "the one that is down is the one to look at");
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The hop of the browser's page. */
export function pageHop({ deployment, stack }: Synthesized): Promise<Step> {
  const host = deployment.hosts[0] as string;
  return hop("page", ofRole(stack, "frontend"), async ({ name }) => {
    const { status } = await askInside({ container: name, port: deployment.frontend.port, path: "/", host });
    return status < 400
      ? passed("page", `/ answers ${status}`)
      : failed("page", `/ answers ${status}`, AGAIN);
  });
}

export function apiHop(synthesized: Synthesized): Promise<Step> {
  const { deployment } = synthesized;
  const host = deployment.hosts[0] as string;
  return hop("api", apiOf(synthesized), (spec) => readyStep("api", spec, deployment.backend.port, host));
}

/** Every container that stores what the broker has: the roles that log in there. */
export function ingestHop({ deployment, stack }: Synthesized): Promise<Step> {
  return hop("ingest", ingestOf(stack), (spec) =>
    readyStep("ingest", spec, deployment.backend.port, "localhost"),
  );
}

export const ingestOf = (stack: Stack): ContainerSpec | undefined =>
  stack.containers.find((spec) => /^ingest(-\d+)?$/.test(roleOf(spec)) && !spec.job);

/** The same of a server outside, which has no container to look at. */
async function outsideHop(step: string, ask: () => Promise<Step>): Promise<Step> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return failed(step, error.message, ...error.remedy);
  }
}

/** The login and what it answers, of a server outside. */
const loginStep = (step: string, synthesized: Synthesized, server: OutsideServer) =>
  outsideHop(step, async () => passed(step, await logIn(synthesized, server)));

export function redisHop(synthesized: Synthesized): Promise<Step> {
  const server = outsideServer(synthesized.deployment, "redis");
  if (server !== undefined) return loginStep("redis", synthesized, server);
  return hop("redis", ofRole(synthesized.stack, "redis"), async () => passed("redis", "answers its probe"));
}

export function databaseHop(synthesized: Synthesized): Promise<Step> {
  const { deployment, stack } = synthesized;
  const ask = async () => {
    const newest = await askDatabase(
      synthesized,
      "SELECT sensor, value, time FROM sensors ORDER BY time DESC LIMIT 1",
    );
    const told = newest === "" ? "no reading is stored" : `newest reading: ${newest.replaceAll("|", ", ")}`;
    return passed("database", told);
  };
  return outsideServersOf(deployment, "postgres").length === 0
    ? hop("database", ofRole(stack, "postgres"), ask)
    : outsideHop("database", ask);
}

/**
 * Rows as `psql -At` prints them, with the rights of the owner of the tables.
 *
 * @param limitSeconds after which the server ends a statement. @default 5
 */
export async function askDatabase(
  { deployment, stack, home }: Synthesized,
  sql: string,
  limitSeconds = 5,
): Promise<string> {
  const servers = outsideServersOf(deployment, "postgres");
  return servers.length === 0
    ? inDatabase(stack, sql, limitSeconds)
    : askOutside(servers, ownersLogin(deployment, home), sql, limitSeconds);
}

/** In the deployment's own; SQL comes by standard input, as psql reads it. */
export async function inDatabase(stack: Stack, sql: string, limitSeconds = 5): Promise<string> {
  const postgres = ofRole(stack, "postgres");
  if (postgres === undefined || stack.database === undefined)
    throw new UserError(`${stack.name}: has no database of its own`);
  const { name, owner } = stack.database;
  const psql = [
    "psql",
    "-X",
    "-At",
    "-v",
    "ON_ERROR_STOP=1",
    "-h",
    "/run/postgresql",
    "-U",
    "postgres",
    "-d",
    name,
  ];
  const { code, stdout, stderr } = await execIn(postgres.name, psql, {
    env: { PGOPTIONS: `-c role=${owner} -c statement_timeout=${limitSeconds}s` },
    input: sql,
    expected: [0, 1, 2, 3, 126, 127],
  });
  if (code === 0) return stdout.trim();
  throw new UserError(`${postgres.name}: ${stderr.trim()}`, AGAIN);
}

export function brokerHop(synthesized: Synthesized): Promise<Step> {
  const server = outsideServer(synthesized.deployment, "mosquitto");
  if (server !== undefined) return loginStep("broker", synthesized, server);
  return hop("broker", ofRole(synthesized.stack, "mosquitto"), async ({ name }) => {
    const why = await answersInside(name, MQTT_PORT);
    return why === undefined
      ? passed("broker", `answers on port ${MQTT_PORT}`)
      : failed("broker", why, AGAIN);
  });
}
