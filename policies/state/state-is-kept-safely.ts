import { type Backend, backendOf, encrypts } from "../facts/backends.ts";
import { definePolicy, type Evidence } from "../policy.ts";
import { isFilledText, isTrue, must, show } from "../values.ts";

export const stateIsKeptSafely = definePolicy({
  id: "STA-001",
  severity: "high",
  title: "the state is kept where it is locked and encrypted",
  why: "Two who apply at once undo each other's work, and a state that is lost leaves containers that nobody manages.",
  avoid: `{"terraform": {
  "required_version": ">= 1.5"
}}`,
  prefer: `{"terraform": {
  "backend": {"s3": {"bucket": "states", "key": "plant", "region": "eu-west-3", "encrypt": true, "use_lockfile": true}}
}}`,
  allowed:
    "a stated backend: s3 with encrypt and a lock, http over TLS with lock_address, pg, gcs, azurerm, remote or cloud",
  fix: "state a backend; keep a local state on an encrypted disk that is backed up",
  source: "Terraform documentation, backends and state locking",
  dialect: "source",
  looksAt: ["terraform"],
  enforcedIn: ["production"],
  check: ({ block }) => {
    const backend = backendOf(block);
    return backend === undefined
      ? ["no backend is stated: the state lies in the folder where Terraform ran"]
      : problems(backend);
  },
});

function problems(backend: Backend): readonly Evidence[] {
  const { kind, settings } = backend;
  const isSet = (value: unknown) => isFilledText(value);
  if (kind === "local")
    return [
      ...must(settings, "path", isSet, "path of backend local"),
      {
        notEnforceable:
          "a local state is locked on one machine only; no file shows who else deploys, and whether its disk is encrypted",
      },
    ];
  if (kind === "s3") {
    const isLocked = isTrue(settings.use_lockfile) || isFilledText(settings.dynamodb_table);
    return [
      ...(encrypts(backend) ? [] : [`encrypt of backend s3 is ${show(settings.encrypt)}`]),
      ...(isLocked ? [] : ["backend s3 has neither use_lockfile nor dynamodb_table"]),
    ];
  }
  if (kind === "http")
    return [
      ...must(settings, "address", (url) => /^https:/.test(String(url)), "address of backend http"),
      ...must(settings, "lock_address", isSet, "lock_address of backend http"),
    ];
  return ["pg", "kubernetes", "consul"].includes(kind) || encrypts(backend)
    ? []
    : [`backend ${kind} is not known to lock`];
}
