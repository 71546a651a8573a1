import { statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { deploymentHome } from "../core/home.ts";
import { replaceFile } from "../core/private-files.ts";
import { describeSource } from "../core/secret-source.ts";
import { alone } from "../runners/deploy-lock.ts";
import { fingerprintOf } from "../runners/secrets/bundle-format.ts";
import { exportBundle } from "../runners/secrets/export-bundle.ts";
import { importBundle } from "../runners/secrets/import-bundle.ts";
import { readersOfSecrets } from "../runners/secrets/readers.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { deploymentOf, synthesize } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
}

export const secretsListOutput = z.strictObject({
  deployment: z.string(),
  secrets: z
    .array(
      z.strictObject({
        name: z.string(),
        from: z.string().describe("kit: made by it; else where the site file says that it comes from"),
        changed: z
          .string()
          .exactOptional()
          .describe("RFC 3339 in UTC; absent where it is not on this machine yet"),
        readers: z.array(z.string()).readonly().describe("services that are given it"),
      }),
    )
    .readonly(),
});

export const secretsExportOutput = z.strictObject({
  deployment: z.string(),
  file: z.string(),
  fingerprint: z.string().describe("of the file: the first 16 hexadecimal digits of its SHA-256"),
});

export const secretsImportOutput = z.strictObject({
  deployment: z.string(),
  fingerprint: z.string().describe("of the file: the first 16 hexadecimal digits of its SHA-256"),
  files: z.int().describe("how many were taken over"),
});

const list = verb("list", "list the secrets, where each comes from and how old it is; never a value")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async ({ config, json }: Options) => {
    const { deployment, stack, home } = await synthesize(config, { unjudged: true });
    const secrets = [...readersOfSecrets(stack)].sort().map(([name, readers]) => {
      const source = deployment.secrets[name];
      const changed = changedAt(join(home, "secrets", name));
      return {
        name,
        from: source === undefined ? "kit" : describeSource(source),
        ...(changed === undefined ? {} : { changed: changed.toISOString() }),
        readers,
      };
    });
    if (json) printJson(secretsListOutput, { deployment: deployment.name, secrets });
    else
      console.log(
        renderTable(
          ["secret", "from", "changed", "read by"],
          secrets.map(({ name, from, changed, readers }) => [
            name,
            from,
            changed?.slice(0, 10) ?? "not made yet",
            readers.join(" "),
          ]),
        ),
      );
  });

function changedAt(path: string): Date | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtime;
}

const exportVerb = verb(
  "export",
  "write the secrets, keys and certificates into a file that only the owner of a key of age can open",
  "secrets export --to age1…",
)
  .requiredOption("--to <key...>", "public keys of age; each opens the file alone")
  .option("-o, --output <file>", "default: DEPLOYMENT-secrets.age in this folder")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(
    async ({
      config,
      json,
      to,
      output,
    }: Options & { readonly to: readonly string[]; readonly output?: string }) => {
      const deployment = await deploymentOf(config);
      const { name } = deployment;
      const home = deploymentHome(name);
      const elsewhere = Object.keys(deployment.secrets);
      const bundle = await alone(name, home, () => exportBundle({ name, home, to, elsewhere }));
      const file = resolve(output ?? `${name}-secrets.age`);
      replaceFile(file, bundle, 0o600);
      const fingerprint = fingerprintOf(bundle);
      if (json) printJson(secretsExportOutput, { deployment: name, file, fingerprint });
      else
        console.log(
          [
            `${relative(process.cwd(), file) || file}: the secrets of ${name}, fingerprint ${fingerprint}`,
            `On the other machine: exploreiot secrets import ${file.split("/").at(-1)} --identity KEY-FILE`,
            "Tell its owner the fingerprint in another way than the file: anyone can encrypt to a public key.",
          ].join("\n"),
        );
    },
  );

const importVerb = verb(
  "import",
  "take over the secrets, keys and certificates that another operator exported",
  "secrets import plant-secrets.age --identity key.txt",
)
  .argument("<file>", "as exploreiot secrets export wrote it")
  .requiredOption("--identity <file>", "your private key of age, as age-keygen writes it")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (bundle: string, { config, json, identity }: Options & { readonly identity: string }) => {
    const { name } = await deploymentOf(config);
    const home = deploymentHome(name);
    const imported = await alone(name, home, () => importBundle({ name, home, bundle, identity }));
    if (json) printJson(secretsImportOutput, { deployment: name, ...imported });
    else
      console.log(
        `${name}: ${imported.files} files taken over; the bundle's fingerprint is ${imported.fingerprint}`,
      );
  });

export const secretsCommand = verb("secrets", VERBS.secrets)
  .addCommand(list)
  .addCommand(exportVerb)
  .addCommand(importVerb);
