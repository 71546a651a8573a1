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

/** The places where references are filled in. Everywhere else a text is used as it stands. */
const TEMPLATE =
  /^(?<owner>backend(?:\.roles\.\d+|\.migrate)?|frontend)\.(?:(?<environment>environment)|(?<secrets>secrets)|build\.(?<args>args))\.(?<key>[^.]+)(?:\.value)?$/;

/** A text whose references are filled in. */
export interface Template extends Text {
  /** Whose it is: `backend`, `backend.roles.0`, `backend.migrate` or `frontend`. */
  readonly owner: string;
  readonly place: "environment" | "secrets" | "args";
  readonly key: string;
}

export function templatesIn(deployment: Partial<ParsedDeployment>): readonly Template[] {
  return textsIn(deployment, "").flatMap((text) => {
    const { owner, key, ...places } = TEMPLATE.exec(text.path)?.groups ?? {};
    const place = Object.values(places).find((name) => name !== undefined);
    return place === undefined ? [] : [{ ...text, owner, key, place } as Template];
  });
}
