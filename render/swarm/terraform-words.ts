import { STACK_LABEL } from "../../runners/swarm/names.ts";
import { withVariables } from "../model.ts";
import type { SwarmPlan } from "./plan.ts";

/** An expression of Terraform; any other text is one that it takes as it stands. */
export class Expression {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value as Terraform reads it. */
export function written(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("${", "$$$${").replaceAll("%{", "%%{");
  if (value instanceof Expression) return value.text;
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, written(inner)]));
}

/** A text of the kit's own with this machine's part for each `<VARIABLE>`. */
export const filled = (text: string): Expression =>
  new Expression(withVariables(text, (variable) => `\${var.versions["${variable}"]}`));

/** With the label by which `docker stack` knows what belongs together. */
export const labels = (entries: Readonly<Record<string, unknown>>, { project }: SwarmPlan) =>
  Object.entries({ [STACK_LABEL]: project, ...entries }).map(([label, value]) => ({
    ...{ label, value: filled(String(value)) },
  }));

/** `1m0s` as the provider reads it back of a service: `1m`. */
export const short = (duration: string): string => duration.replace(/m0s$/, "m").replace(/h0m$/, "h");

export const seconds = (count: number): string => {
  const [hours, minutes, rest] = [Math.floor(count / 3600), Math.floor(count / 60) % 60, count % 60];
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes}m` : ""}${rest > 0 || count === 0 ? `${rest}s` : ""}`;
};

export const nanoCpus = (cpus: string | undefined): number | undefined =>
  cpus === undefined ? undefined : Math.round(Number(cpus) * 1e9);

/** `256M` of a stack file are 256 MiB. */
export const bytes = (memory: string | undefined): number | undefined =>
  memory === undefined ? undefined : Number.parseInt(memory, 10) * 1_048_576;
