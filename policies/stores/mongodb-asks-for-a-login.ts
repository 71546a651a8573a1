import type { Resource, StackDocument } from "../document.ts";
import { fileAt } from "../facts/deliveries.ts";
import { commandOf, isOff, optionOf } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { parseOnce, TextIsUnknown } from "../facts/parsed-files.ts";
import { byOption, byVariable } from "../facts/program-settings.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { parseKeyedYaml } from "../files/keyed.ts";
import { definePolicy } from "../policy.ts";

export const mongodbAsksForALogin = definePolicy({
  id: "STO-002",
  severity: "critical",
  title: "MongoDB asks its clients for a login",
  why: "MongoDB lets everybody read and write everything until a user is made and authorization is on. Open ones are found within hours, emptied, and held to ransom.",
  avoid: 'image: mongo:8\nports: ["27017:27017"]',
  prefer:
    "image: mongo:8\nenvironment:\n  MONGO_INITDB_ROOT_USERNAME: root\n  MONGO_INITDB_ROOT_PASSWORD_FILE: /run/secrets/mongo",
  allowed:
    "MONGO_INITDB_ROOT_USERNAME or the variable of the image for it; --auth or --keyFile; security.authorization enabled in the file that --config names",
  fix: "set MONGO_INITDB_ROOT_USERNAME, and name a file with the password in MONGO_INITDB_ROOT_PASSWORD_FILE",
  source: "MongoDB manual, enable access control; docker-library/docs, mongo",
  looksAt: RUNS,
  where: isProduct("mongodb"),
  check: (resource, stack) => byExposure([resource], "medium", isGuarded(resource, stack) ? [] : [OPEN]),
});

const OPEN = "nothing turns authorization on: no root user, no --auth and no --keyFile";

/** One of these makes the first user, and with it the image starts the server with --auth. */
const ROOT = [
  "MONGO_INITDB_ROOT_USERNAME",
  "MONGO_INITDB_ROOT_USERNAME_FILE",
  "MONGODB_INITDB_ROOT_USERNAME",
  "MONGODB_INITDB_ROOT_USERNAME_FILE",
  "MONGODB_ROOT_PASSWORD",
  "MONGODB_ROOT_PASSWORD_FILE",
];

function isGuarded(resource: Resource, stack: StackDocument): boolean {
  if (byOption(resource, "noauth") !== undefined) return false;
  if (byVariable(resource, ...ROOT) ?? byOption(resource, "auth", "keyFile")) return true;
  const words = commandOf(resource);
  const path = optionOf(words, "--config") ?? optionOf(words, "-f");
  if (path === undefined) return false;
  const file = fileAt(path, resource, "mongod.conf", stack);
  if (file === undefined) throw new TextIsUnknown(`${path}: its text is not known here`);
  const settings = parseOnce(file, parseKeyedYaml);
  const authorization = settings.get("security.authorization");
  return authorization === undefined
    ? settings.has("security.keyfile")
    : !isOff(authorization) && authorization !== "disabled";
}
