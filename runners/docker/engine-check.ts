import { run } from "../run.ts";
import { refuseOldApi } from "./engine-api.ts";
import { wrongProduct } from "./engine-errors.ts";

export interface EngineVersion {
  readonly version: string;
  readonly api: string;
}

/** What `docker version` says of the server; names of components tell products apart that answer to Docker's API. */
const FORMAT =
  "{{.Server.Version}} {{.Server.APIVersion}}{{range .Server.Components}}\n{{.Name}} {{.Version}}{{end}}";

/**
 * Asks the Docker engine who it is.
 *
 * @throws EngineError that tells apart: no engine, no permission, client or engine too old or too new, another product
 */
export async function engineVersion(): Promise<EngineVersion> {
  const { stdout, stderr } = await run(["docker", "version", "--format", FORMAT]);
  const [first = "", ...components] = stdout.trim().split("\n");
  const podman =
    components.find((line) => /^podman/i.test(line)) ?? /Emulate Docker CLI using podman/.exec(stderr)?.[0];
  if (podman !== undefined) throw wrongProduct(`Podman ${/[\d.]+\d/.exec(podman)?.[0] ?? ""}`.trim());
  const [version = "", api = ""] = first.split(" ");
  refuseOldApi(version, api);
  return { version, api };
}

/** The platform whose images the engine runs, such as `linux/amd64`. */
export async function enginePlatform(): Promise<string> {
  const format = "{{.Server.Os}}/{{.Server.Arch}}";
  return (await run(["docker", "version", "--format", format])).stdout.trim();
}
