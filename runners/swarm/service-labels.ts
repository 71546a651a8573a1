import { fromEngine, RefusedError, toEngine } from "../docker/engine-api.ts";
import type { ServiceAsked } from "./terraform-swarm.ts";

interface ServiceJson {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Labels: Readonly<Record<string, string>> };
}

/** How often a service may have been changed in the moment between the look at it and the answer. */
const TRIES = 3;

/**
 * Sets the labels that services are declared to have and do not; no task is made again for them. Not by Docker's client, which
 * writes the mounts of a service in another order: to the swarm that is another task.
 */
export async function setLabels(services: readonly ServiceAsked[]): Promise<void> {
  for (const service of services) await setLabelsOf(service, TRIES);
}

async function setLabelsOf(service: ServiceAsked, tries: number): Promise<void> {
  const { name, labels } = service;
  const found = await fromEngine<ServiceJson>(`/services/${name}`);
  if (found === undefined) return;
  const { ID, Version, Spec } = found;
  if (Object.entries(labels).every(([label, value]) => Spec.Labels[label] === value)) return;
  const spec = { ...Spec, Labels: { ...Spec.Labels, ...labels } };
  try {
    await toEngine(`/services/${ID}/update?version=${Version.Index}`, spec);
  } catch (error) {
    if (!(error instanceof RefusedError) || tries === 1) throw error;
    await setLabelsOf(service, tries - 1);
  }
}
