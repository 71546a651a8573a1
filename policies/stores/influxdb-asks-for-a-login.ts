import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, graded } from "../evidence.ts";
import { isOff, isOn } from "../facts/environment.ts";
import { byExposure, exposureOf } from "../facts/exposure.ts";
import { imageVersion } from "../facts/image-versions.ts";
import { byFile, byOption, byVariable, settingsIn, whereBad } from "../facts/program-settings.ts";
import { isProduct, RUNS, repositoryOf } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const influxdbAsksForALogin = definePolicy({
  id: "STO-003",
  severity: "critical",
  title: "InfluxDB asks its clients for a login",
  why: "InfluxDB 1 answers everybody until authentication is turned on, and InfluxDB 3 does when it is started without it. An InfluxDB 2 that nobody has set up belongs to the first who opens its page.",
  avoid: 'image: influxdb:1.8\nports: ["8086:8086"]',
  prefer: 'image: influxdb:1.8\nenvironment: {INFLUXDB_HTTP_AUTH_ENABLED: "true"}',
  allowed:
    "INFLUXDB_HTTP_AUTH_ENABLED true for version 1, DOCKER_INFLUXDB_INIT_MODE setup for version 2, no --without-auth for version 3",
  fix: "turn authentication on, and deliver the first password and token as files",
  source: "InfluxDB documentation, authentication in 1.8 and 3; docker-library/docs, influxdb",
  looksAt: RUNS,
  where: isProduct("influxdb"),
  check: (resource, stack) => problems(resource, stack),
});

const FILE = { kind: "influxdb.conf", path: "/etc/influxdb/influxdb.conf" };

function problems(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const version = imageVersion(resource, stack);
  if (/influxdb3/.test(repositoryOf(resource, stack) ?? "")) return ofThird(resource);
  if ("unknown" in version) return version.isNewest ? ofSecond(resource) : [version.unknown];
  if (version.major >= 3) return ofThird(resource);
  return version.major === 2 ? ofSecond(resource) : ofFirst(resource, stack);
}

function ofFirst(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const stated =
    byVariable(resource, "INFLUXDB_HTTP_AUTH_ENABLED") ??
    byFile(settingsIn(FILE, resource, stack), "http.auth-enabled", FILE);
  const found =
    stated === undefined
      ? ["INFLUXDB_HTTP_AUTH_ENABLED is not set, and is off by default in version 1"]
      : whereBad(stated, (value) => !isOn(value), "leaves authentication off");
  return byExposure([resource], "medium", found);
}

/** Only who opens the page before its owner gets in, so it weighs less. */
const ofSecond = (resource: Resource): readonly Evidence[] =>
  byVariable(resource, "DOCKER_INFLUXDB_INIT_MODE") === undefined
    ? [
        graded(
          exposureOf(resource) === "outside" ? "medium" : "low",
          "DOCKER_INFLUXDB_INIT_MODE is not set, so the first who opens the page owns it",
        ),
      ]
    : [];

const ofThird = (resource: Resource): readonly Evidence[] =>
  byExposure(
    [resource],
    "medium",
    whereBad(
      byOption(resource, "without-auth") ??
        byVariable(resource, "INFLUXDB3_START_WITHOUT_AUTH", "INFLUXDB3_WITHOUT_AUTH"),
      (value) => !isOff(value),
      "turns authentication off",
    ),
  );
