import { parse } from "yaml";
import { z } from "zod";
import { roleOf } from "../../core/labels.ts";
import { composeFile } from "../../runners/compose/render.ts";
import type { Stack } from "../../runners/stack.ts";
import { modelOf } from "../model.ts";
import { swarmPlan, swarmProblems } from "../swarm/plan.ts";
import { stackFile } from "../swarm/stack-file.ts";
import { terraformDocument } from "../swarm/terraform.ts";
import { type Guarantee, guarantees, TARGETS, type Target, type Told, type Yaml } from "./guarantees.ts";
import { afterInGraph, readBack, serviceBlocks } from "./read-back.ts";

const verdict = z.enum(["kept", "weakened", "lost"]);
type Verdict = z.output<typeof verdict>;

const kept = z.strictObject({
  verdict: verdict.describe("weakened: something of it is there; lost: nothing is"),
  services: z.array(z.string()).readonly().describe("those that have less than was asked for"),
  reason: z.string().exactOptional().describe("why there is less"),
});

export const parityOutput = z.strictObject({
  deployment: z.string(),
  guarantees: z
    .array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        terraform: kept,
        compose: kept,
        swarm: kept.describe("services that the stack file makes"),
        "swarm-terraform": kept.describe("services that Terraform makes"),
        services: z
          .record(
            z.string(),
            z.strictObject({
              asked: z.string().describe("the text of the JSON"),
              terraform: z.string().nullable(),
              compose: z.string().nullable(),
              swarm: z.string().nullable().describe("the text of the stack file; null for nothing"),
              "swarm-terraform": z.string().nullable().describe("the text of main.tf.json for the swarm"),
            }),
          )
          .describe("every service that asks for it"),
      }),
    )
    .readonly(),
  refused: z
    .array(z.string())
    .readonly()
    .describe("why it cannot be a stack of Docker Swarm as it is; empty where it can"),
});

export type Parity = z.output<typeof parityOutput>;

/**
 * Which guarantee of a deployment each target keeps: what the JSON asks for, compared with what is read back from the
 * files that the targets are given.
 *
 * @param home the deployment's own directory
 */
export function parityOf(stack: Stack, home: string): Parity {
  const told = toldOf(stack, home);
  return {
    deployment: stack.name,
    guarantees: guarantees.flatMap((guarantee) => {
      const services = Object.fromEntries(told.flatMap((one) => valuesOf(guarantee, one)));
      if (Object.keys(services).length === 0) return [];
      return [
        {
          ...{ id: guarantee.id, title: guarantee.title },
          ...(Object.fromEntries(
            TARGETS.map((target) => [target, judged(guarantee, target, services)]),
          ) as Record<Target, z.output<typeof kept>>),
          services,
        },
      ];
    }),
    refused: swarmProblems(stack),
  };
}

function toldOf(stack: Stack, home: string): readonly Told[] {
  const plan = swarmPlan(modelOf(stack, home));
  const [compose, swarm] = [composeFile(stack), stackFile(plan)].map(
    (text) => (parse(text) as { readonly services: Readonly<Record<string, Yaml>> }).services,
  ) as [Readonly<Record<string, Yaml>>, Readonly<Record<string, Yaml>>];
  const blocks = serviceBlocks(terraformDocument(plan));
  return stack.containers.flatMap((container): readonly Told[] => {
    const role = roleOf(container);
    const service = plan.services.find((one) => one.container === container);
    // A container that only hands files over is no service on a swarm, and has nothing to compare.
    if (service === undefined) return [];
    return [
      {
        ...{ container, stack, compose: compose[role] ?? {} },
        swarm: {
          ...{ service, plan, yaml: swarm[role] ?? {}, after: afterInGraph(role, blocks) },
          terraform: readBack(blocks[role] as (typeof blocks)[string]),
        },
      },
    ];
  });
}

type Values = Parity["guarantees"][number]["services"];

function valuesOf(guarantee: Guarantee, told: Told): [string, Values[string]][] {
  const asked = guarantee.asked(told);
  if (asked === undefined) return [];
  const values = {
    asked,
    terraform: (guarantee.terraform === undefined ? asked : guarantee.terraform(told)) ?? null,
    compose: guarantee.compose(told) ?? null,
    swarm: (told.swarm === undefined ? undefined : guarantee.swarm(told as Required<Told>)) ?? null,
    "swarm-terraform":
      (told.swarm === undefined ? undefined : byTerraform(guarantee, told.swarm, told)) ?? null,
  };
  return [[roleOf(told.container), values]];
}

/** Asked of what Terraform is told, in the place of the stack file. */
function byTerraform(
  { swarm, swarmByTerraform = swarm }: Guarantee,
  service: NonNullable<Told["swarm"]>,
  told: Told,
): string | undefined {
  return swarmByTerraform({ ...told, swarm: { ...service, yaml: service.terraform } });
}

function judged({ reasons }: Guarantee, target: Target, services: Values): z.output<typeof kept> {
  const less = Object.entries(services).filter(([, values]) => values[target] !== values.asked);
  const isLost = less.some(([, values]) => values[target] === null);
  const found: Verdict = less.length === 0 ? "kept" : isLost ? "lost" : "weakened";
  const reason =
    found === "kept"
      ? undefined
      : (reasons[target] ?? (target === "swarm-terraform" ? reasons.swarm : undefined));
  return {
    verdict: found,
    services: less.map(([role]) => role),
    ...(reason === undefined ? {} : { reason }),
  };
}
