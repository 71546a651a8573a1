import { type Block, blocks } from "../../values.ts";

/** What Compose runs in the container of a service next to its own program, each with the key that says so. */
export const hooks = (service: Block): readonly Block[] => [
  ...listed(service, "post_start"),
  ...listed(service, "pre_stop"),
  ...blocks(service, "develop").flatMap((develop) =>
    blocks(develop, "watch").flatMap((watch, at) =>
      blocks(watch, "exec").map((hook) => told(hook, `develop.watch[${at}].exec`)),
    ),
  ),
];

const listed = (service: Block, key: string): readonly Block[] =>
  blocks(service, key).map((hook, at) => told(hook, `${key}[${at}]`));

const told = ({ working_dir: _, ...hook }: Block, when: string): Block => ({ when, ...hook });
