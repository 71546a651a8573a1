import { writeFileSync } from "node:fs";
import { Option } from "commander";
import { UserError } from "../core/errors.ts";
import { fileProblem } from "../core/file-problem.ts";
import { mermaidText } from "../render/diagram/mermaid.ts";
import { diagramOf, diagramOutput } from "../render/diagram/model.ts";
import { svgText } from "../render/diagram/svg.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly format: "mermaid" | "svg";
  readonly output?: string;
  readonly json?: true;
}

export const diagramCommand = verb(
  "diagram",
  VERBS.diagram,
  "diagram -c production --format svg --output stack.svg",
)
  .addOption(configOption())
  .addOption(
    new Option("--format <format>", "mermaid, a text that GitHub and GitLab draw, or svg, a picture")
      .choices(["mermaid", "svg"])
      .default("mermaid"),
  )
  .option("-o, --output <file>", "write it there, over what is there; default: standard output")
  .addOption(jsonOption().conflicts(["format", "output"]))
  .addHelpText(
    "after",
    "\nAn arrow shows which way data goes. Drawn is what the kit arranges: listeners, routes, logins at the stores.\nIt does not know where a service of your own connects to besides.",
  )
  .action(async ({ config, format, output, json }: Options) => {
    const { stack } = await synthesize(config, { unjudged: true });
    const diagram = diagramOf(stack);
    if (json) return printJson(diagramOutput, diagram);
    const text = format === "svg" ? await svgText(diagram) : mermaidText(diagram);
    if (output === undefined) process.stdout.write(text);
    else writeTo(output, text);
  });

function writeTo(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(
      `--output: ${file} cannot be written (${fileProblem(error)})`,
      "name a file in a folder that is there",
    );
  }
}
