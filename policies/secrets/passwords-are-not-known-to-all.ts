import type { Resource } from "../document.ts";
import { isFile } from "../facts/deliveries.ts";
import { argumentsOf, variablesOf } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { labelTexts } from "../facts/label-texts.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { rememberedText } from "../facts/remembered.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { assignmentsIn, isKnownPassword } from "../facts/secret-values.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { parseSql } from "../files/sql.ts";
import { fileKind } from "../files.ts";
import { definePolicy } from "../policy.ts";
import { blocks, show } from "../values.ts";

/** Files whose secrets stand behind a name. */
const FILES = ["mosquitto.conf", "redis.conf", "postgresql.conf", "sql", "haproxy.cfg"].map(
  (kind) => `file/${kind}`,
);

export const passwordsAreNotKnownToAll = definePolicy({
  id: "SEC-008",
  severity: "critical",
  title: "no password is one of an example",
  why: "The first passwords that anybody tries are those of the manuals; bots try them within minutes.",
  avoid: "environment: {MQTT_PASSWORD: changeme}",
  prefer: "environment: {MQTT_PASSWORD_FILE: /run/secrets/mqtt}",
  allowed: "a generated password, delivered as a file",
  fix: "generate one, and change it wherever the known one was in use",
  source: "CWE-1392, use of default credentials",
  looksAt: [...RUNS, "docker_secret", "docker_config", "variable", ...FILES],
  enforcedIn: ["production"],
  check: (resource) =>
    byExposure(
      RUNS.some((type) => type === resource.type) ? [resource] : [],
      "high",
      given(resource)
        .filter(({ value }) => isKnownPassword(value))
        .map(evidence),
    ),
});

interface Given {
  readonly place: string;

  /** Never for evidence. */
  readonly value: string;
}

const evidence = ({ place }: Given) => `${place} is a password that everybody knows`;

function given(resource: Resource): readonly Given[] {
  const { type, id, block } = resource;
  if (type === "file/sql") return inSql(resource);
  if (isFile(resource)) return typeof block.text === "string" ? inText(block.text, show(block.file)) : [];
  if (type === "variable")
    return soundsSecret(id) ? [{ place: "default", value: String(block.default ?? "") }] : [];
  if (type === "docker_secret" || type === "docker_config") {
    const text = Buffer.from(String(block.data ?? ""), "base64").toString();
    return [{ place: "data", value: text.trim() }, ...inText(text, "data")];
  }
  return ofContainer(resource);
}

function inText(text: string, where: string): readonly Given[] {
  const found = givenIn(text);
  return found.length === 0
    ? found
    : found.map(({ place, value }) => ({ place: `${place} in ${where}`, value }));
}

const givenIn = rememberedText((text): readonly Given[] => {
  if (!HINT.test(text)) return [];
  return [
    ...assignmentsIn(text).map(({ name, value }) => ({ place: name, value })),
    ...inUrls(text).map((value) => ({ place: "a URL", value })),
    ...redisPasswords(text).map(([, name = "", value = ""]) => ({ place: name, value })),
  ];
});

/** Most texts have nothing that looks like a password. */
const HINT = /pass|secret|token|credential|key|masterauth|:\/\//i;

const redisPasswords = (text: string) =>
  /requirepass|masterauth/.test(text)
    ? [...text.matchAll(/^\s*(requirepass|masterauth)\s+"?([^"\s]+)/gim)]
    : [];

/** Passwords of URLs. */
const inUrls = (text: string): readonly string[] =>
  text.includes("://")
    ? [...text.matchAll(/:\/\/[^\s/:@]*:([^\s/@]+)@/g)].map(([, value = ""]) => value)
    : [];

/** `PASSWORD 'text'`; a variable of psql is none. */
const inSql = (file: Resource): readonly Given[] =>
  typeof file.block.text !== "string"
    ? []
    : parseOnce(file, parseSql)
        .filter(({ words }) => words.includes("PASSWORD"))
        .flatMap(({ texts, line }) =>
          texts.map((text) => ({
            place: `the password in line ${line}`,
            value: text.replace(/^\w?'|'$/g, ""),
          })),
        );

/** Files that rules read by themselves are judged there. */
const ofContainer = (resource: Resource): readonly Given[] => [
  ...variablesOf(resource)
    .filter(({ name, value }) => soundsSecret(name) || value?.includes("://"))
    .flatMap(({ name, value = "" }) => [
      ...(soundsSecret(name) ? [{ place: name, value }] : []),
      ...inUrls(value).map((password) => ({ place: `the password in ${name}`, value: password })),
    ]),
  ...argumentsOf(resource).flatMap(({ place, text }) => inText(text, place)),
  ...labelTexts(resource).flatMap(({ name, text }) => {
    const place = `label ${name}`;
    return soundsSecret(name) ? [{ place, value: text }, ...inText(text, place)] : inText(text, place);
  }),
  ...blocks(containerSpec(resource), "upload").flatMap(({ file, content }) =>
    typeof content === "string" && fileKind(String(file)) === undefined
      ? [
          ...(soundsSecret(String(file)) ? [{ place: show(file), value: content.trim() }] : []),
          ...inText(content, show(file)),
        ]
      : [],
  ),
];
