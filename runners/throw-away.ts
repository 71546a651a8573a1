import { LABEL } from "../core/labels.ts";
import { labelled } from "./docker/observe.ts";
import { run } from "./run.ts";
import type { ContainerSpec, Stack } from "./stack.ts";

/** Labels of a container that a verb makes and removes: one that was left behind is known by them. */
export const throwAwayLabels = (own: Readonly<Record<string, string>>, role: string): readonly string[] =>
  Object.entries({ ...own, [LABEL.role]: role }).flatMap(([label, value]) => [
    "--label",
    `${label}=${value}`,
  ]);

/** Arguments of `docker run` for a container that works on a database's files, confined as the service itself is. */
export const confinedAs = ({ labels, block }: ContainerSpec, role: string): readonly string[] => [
  ...throwAwayLabels(pick(labels, [LABEL.deployment, LABEL.checkout]), role),
  ...["--user", block.user ?? "", "--read-only", "--cap-drop", "ALL"],
  ...["--security-opt", "no-new-privileges", "--log-opt", "max-size=1m"],
  ...["--memory", `${block.memory}m`, "--memory-swap", `${block.memory}m`],
  ...["--tmpfs", "/tmp:mode=1777,size=64m"],
  ...(block.env ?? [])
    .filter((entry) => /^(PGDATA|POSTGRES_INITDB_ARGS)=/.test(entry))
    .flatMap((entry) => ["--env", entry]),
];

/** Removes the containers of a verb that was killed: two servers on one volume would damage it. */
export async function removeLeftOver({ name }: Stack, role: string): Promise<void> {
  const left = (await labelled(name)).filter(({ Config }) => Config.Labels?.[LABEL.role] === role);
  if (left.length > 0) await run(["docker", "rm", "--force", ...left.map(({ Id }) => Id)]);
}

const pick = (labels: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
