import { TARGETS } from "../render/parity/guarantees.ts";
import { type Parity, parityOf, parityOutput } from "../render/parity/report.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { synthesize } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

export const parityCommand = verb("parity", VERBS.parity, "parity -c production")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async ({ config, json }: { readonly config: string; readonly json?: true }) => {
    const { stack, home } = await synthesize(config, { unjudged: true });
    const parity = parityOf(stack, home);
    if (json) return printJson(parityOutput, parity);
    console.log(parityText(parity));
  });

function parityText({ guarantees, refused }: Parity): string {
  const rows = guarantees.map((one) => [one.title, ...TARGETS.map((target) => one[target].verdict)]);
  const reasons = guarantees.flatMap((one) =>
    TARGETS.flatMap((target) => {
      const { verdict, reason, services } = one[target];
      return verdict === "kept"
        ? []
        : [`${target}, ${one.title}: ${verdict} (${services.join(", ")})`, `  ${reason}`];
    }),
  );
  return [
    renderTable(["guarantee", ...TARGETS], rows),
    ...["", ...reasons],
    ...(refused.length === 0
      ? []
      : ["", "not a stack of Docker Swarm as it is:", ...refused.map((line) => `  ${line}`)]),
  ].join("\n");
}
