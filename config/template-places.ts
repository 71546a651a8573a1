import { type Place, placesIn } from "../services/application/places.ts";
import type { ParsedDeployment } from "../services/deployment.ts";

/** A text of the site file. */
interface Text {
  readonly path: string;
  readonly text: string;

  /** A part of a command that hands text to a shell (`sh -c`), which fills in `${…}` by itself. */
  readonly forShell: boolean;
}

/** Every text below a value, with its path. */
export function textsIn(value: unknown, path: string, forShell = false): readonly Text[] {
  if (typeof value === "string") return [{ path, text: value, forShell }];
  if (typeof value !== "object" || value === null) return [];
  const shell =
    path.endsWith("command") && Array.isArray(value) && value.some((word) => /^-[a-z]*c$/.test(word));
  return Object.entries(value).flatMap(([key, inner]) =>
    textsIn(inner, path === "" ? key : `${path}.${key}`, shell),
  );
}

/** A text whose references are filled in. */
export interface Template extends Omit<Text, "forShell"> {
  readonly owner: Place;
  readonly place: "environment" | "secrets" | "files" | "args" | "webhook";
  readonly key: string;
}

/** The places where references are filled in. Everywhere else a text is used as it stands. */
export const templatesIn = (deployment: Partial<ParsedDeployment>): readonly Template[] => [
  ...inApplications(deployment),
  ...inWebhook(deployment),
];

function inWebhook({ alarms }: Partial<ParsedDeployment>): readonly Template[] {
  const text = alarms?.webhook?.secret;
  if (text === undefined) return [];
  const at = "alarms.webhook";
  const owner = { at, enabled: true, environment: {}, secrets: {}, files: {} };
  return [{ path: `${at}.secret`, text, owner, place: "webhook", key: "secret" }];
}

const inApplications = (deployment: Partial<ParsedDeployment>): readonly Template[] =>
  placesIn(deployment).flatMap((owner) => {
    const { at, environment, secrets, files, build } = owner;
    const found = (place: Template["place"], path: string, texts: Readonly<Record<string, string>>) =>
      Object.entries(texts).map(([key, text]) => ({
        ...{ owner, place, key, text },
        path: `${at}.${path.replace("*", key)}`,
      }));
    return [
      ...found("environment", "environment.*", environment),
      ...found(
        "secrets",
        "secrets.*.value",
        mapped(secrets, ({ value }) => value),
      ),
      ...found(
        "files",
        "files.*.text",
        mapped(files, (file) => ("text" in file ? file.text : undefined)),
      ),
      ...found("args", "build.args.*", build?.args ?? {}),
    ];
  });

/** A record with each value replaced; those that have none are left out. */
const mapped = <T>(record: Readonly<Record<string, T>>, to: (value: T) => string | undefined) =>
  Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => {
      const text = to(value);
      return text === undefined ? [] : [[key, text] as const];
    }),
  );
