import type { Problem } from "../core/problems.ts";
import { imageReferents, plainName, type Referent, resolveReference } from "../core/references.ts";
import { closest, parseTemplate, type TemplatePart, type Unclear } from "../core/template.ts";
import { withValues } from "../core/with-values.ts";
import type { Program } from "../services/application/program.ts";
import { programsOf } from "../services/application/programs.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { referents, roleReferents } from "../services/references.ts";
import { constantSecret, spellingsOfSecrets } from "./secret-checks.ts";
import { type Template, templatesIn } from "./template-places.ts";

type Known = ReadonlyMap<string, Referent>;

/** Holds that each `{…}` of an application leads somewhere that may stand there, and that no secret is a constant. */
export function referencesExist(deployment: ParsedDeployment): readonly Problem[] {
  const templates = templatesIn(deployment).filter(({ owner }) => owner.enabled);
  const programs = programsOf(deployment);
  return [
    ...templates.flatMap((template) => templateProblems(template, knownAt(template, deployment, programs))),
    ...spellingsOfSecrets(templates),
  ];
}

/**
 * References that are allowed at a place. The logins at the stores are those of the program that it belongs to. Settings
 * that the programs of an application share are filled in for each, so for the first of them here.
 */
function knownAt(
  { place, owner: { at } }: Template,
  deployment: ParsedDeployment,
  programs: readonly Program[],
): Known {
  // Neither decides what there is to refer to, so a problem with one of them hides none of the others.
  const whole = withValues(deployment, {
    name: "name" in deployment ? deployment.name : "",
    environment: "environment" in deployment ? deployment.environment : "local",
  });
  if (place === "args") return new Map([...referents(whole), ...imageReferents()]);
  const program = programs.find((program) => program.at === at) ?? programs.find(({ of }) => of.at === at);
  const known = referents(whole, program);
  return place === "environment" ? new Map([...known, ...roleReferents({ name: "", group: "" })]) : known;
}

function templateProblems(template: Template, known: Known): readonly Problem[] {
  const parts = parseTemplate(template.text);
  const found = parts.flatMap((part) => partProblems(part, template, known));
  if (found.length > 0 || !isSecret(template)) return found;
  return constantSecret(parts, template, known);
}

function partProblems(part: TemplatePart, template: Template, known: Known): readonly Problem[] {
  if (typeof part === "string") return [];
  if ("unclear" in part) return [{ path: template.path, got: part.unclear, ...unclearWords(part) }];
  const at = { path: template.path, got: `{${part.name}}` };
  const referent = resolveReference(part.name, known);
  if (referent === undefined) {
    const own = mayBeSecret(template) ? ", secret.NAME" : "";
    return [
      {
        ...at,
        allowed: `${[...known.keys()].join(", ")}${own}`,
        fix: nearestName(plainName(part.name), known),
      },
    ];
  }
  if (!("secret" in referent) || mayBeSecret(template)) return [];
  const {
    owner: { at: owner },
    key,
  } = template;
  return template.place === "environment"
    ? [
        {
          ...at,
          allowed: "no secret: environments can be read from outside",
          fix: `move ${key} to ${owner}.secrets`,
        },
      ]
    : [
        {
          ...at,
          allowed: "no secret: build arguments stay in the image's history",
          fix: `give it to the running program by ${owner}.secrets`,
        },
      ];
}

/** Places that are delivered as files which the program alone can read. */
const mayBeSecret = (template: Template): boolean => isSecret(template) || template.place === "files";

/** Places where nothing but a secret makes sense. */
const isSecret = ({ place }: Template): boolean => place === "secrets" || place === "webhook";

function nearestName(name: string, known: Known): string {
  const [, root = "", rest = ""] = /^\s*([A-Za-z]+)[\s./_-]+(.*?)\s*$/.exec(name) ?? [];
  const own = rest.replaceAll(/[^A-Za-z0-9_]+/g, "-").replaceAll(/^-|-$/g, "");
  const best =
    closest(root, ["secret"]) !== undefined && own !== ""
      ? `secret.${own}`
      : closest(name, [...known.keys()]);
  return best === undefined
    ? "change the reference, or write {{ for a brace that is text"
    : `did you mean {${best}}?`;
}

function unclearWords({ unclear, kind }: Unclear): Pick<Problem, "allowed" | "fix"> {
  if (kind === "interpolation") {
    return {
      allowed: "no ${…} and no $NAME: no variable of a shell or of compose is filled in here",
      fix: `write the value, or a reference such as {postgres.host}; $${unclear} is the text itself`,
    };
  }
  if (kind === "open") {
    return {
      allowed: "a reference such as {postgres.host}, a JSON object, or {{ for a brace that is text",
      fix: "close the brace, or write it twice",
    };
  }
  const inner = unclear.replaceAll(/^\{+|\}+$/g, "");
  return {
    allowed: "one brace for a reference, {{ for a brace that is text; } is always text",
    fix: `write {${inner}} for the reference, {{${inner}} for the text {${inner}}, {{{{${inner}}} for the text {{${inner}}}`,
  };
}
