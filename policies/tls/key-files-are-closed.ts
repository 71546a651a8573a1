import type { Resource } from "../document.ts";
import { isJob } from "../facts/containers.ts";
import { containerSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, type Block, blocks, isKnown, show } from "../values.ts";

const KEY_FILE = /(\.key|[-_.]key\.pem|(^|\/)(privkey|key|private)\.pem|_(rsa|ecdsa|ed25519))$/i;

export const keyFilesAreClosed = definePolicy({
  id: "TLS-008",
  severity: "high",
  title: "a key file is readable by the service alone",
  why: "Uploaded files belong to root and are readable by everybody in the container unless the upload says otherwise: open, any process reads the key; closed, a service that is not root cannot.",
  avoid: `{"resource": {"docker_container": {"deliver": {
  "must_run": false,
  "upload": [{"file": "/certs/edge.key", "source": "/srv/secrets/edge.key", "permissions": "0644"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "must_run": false,
  "upload": [{"file": "/certs/edge.key", "source": "/srv/secrets/edge.key", "permissions": "0400"}]
}}}}`,
  allowed: "mode 0640 or less; in a service of a swarm the uid of its user",
  fix: "upload the key to a job that hands it to the service's user, with permissions 0400",
  words: {
    compose: {
      allowed: "mode 0640 or less",
      fix: "give the key as a secret with mode 0400 and the uid of the service",
    },
  },
  source: "kreuzwerker/docker 4.5, docker_container upload and docker_service secrets",
  looksAt: ["docker_container", "docker_service"],
  where: (resource) => [...keyUploads(resource), ...keySecrets(resource)].length > 0,
  check: (resource) => [
    ...keyUploads(resource).flatMap((upload) => [
      ...mode(upload.permissions ?? "0644", `permissions of ${show(upload.file)}`),
      ...owner(resource, upload),
    ]),
    ...keySecrets(resource).flatMap((secret) => [
      ...fileMode(secret),
      ...uid(containerSpec(resource).user, secret),
    ]),
  ],
});

const keyUploads = ({ type, block }: Resource): readonly Block[] =>
  type === "docker_container"
    ? blocks(block, "upload").filter(({ file }) => KEY_FILE.test(String(file)))
    : [];

const keySecrets = (resource: Resource): readonly Block[] =>
  resource.type === "docker_service"
    ? blocks(containerSpec(resource), "secrets").filter(({ file_name }) => KEY_FILE.test(String(file_name)))
    : [];

const CLOSED = 0o640;

/** Octal text for an upload. */
function mode(value: unknown, place: string): readonly string[] {
  if (!isKnown(value)) return [`${place} is ${show(value)}, known only at apply`];
  const text = String(value);
  const bits = /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : 0o777;
  return (bits & ~CLOSED) === 0 ? [] : [`${place} is ${show(value)}`];
}

/** The mode itself as a number for a secret of a service: 0400 is 256. */
function fileMode({ file_name, file_mode = 0o444 }: Block): readonly string[] {
  const place = `file_mode of ${show(file_name)}`;
  if (!isKnown(file_mode)) return [`${place} is ${show(file_mode)}, known only at apply`];
  const bits = asNumber(file_mode);
  return (bits & ~CLOSED) === 0 && bits > 0 ? [] : [`${place} is ${show(file_mode)} (0${bits.toString(8)})`];
}

/** A job hands over what it is given; a service reads it as it lies there. */
function owner(resource: Resource, { file }: Block): readonly string[] {
  const user = String(resource.block.user ?? "0");
  const isRoot = /^(0|root)(:|$)/.test(user);
  return isJob(resource) || isRoot ? [] : [`${show(file)} belongs to root, and the service runs as ${user}`];
}

function uid(user: unknown, { file_name, file_uid }: Block): readonly string[] {
  const wanted = String(user ?? "0").split(":")[0];
  const given = String(file_uid ?? "0");
  return given === wanted
    ? []
    : [`file_uid of ${show(file_name)} is ${given}, and the service runs as ${wanted}`];
}
