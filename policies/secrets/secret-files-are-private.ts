import type { Evidence } from "../evidence.ts";
import { secretUploads } from "../facts/secret-uploads.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, type Block, blocks, isKnown, must, show } from "../values.ts";

/** Reading, for owner and group. */
const ALLOWED = 0o440;

export const secretFilesArePrivate = definePolicy({
  id: "SEC-010",
  severity: "high",
  title: "secret files are readable for their owner, and a group at most",
  why: "The provider uploads with 0644 and Swarm delivers with 0444: any process in the container reads the secret.",
  avoid: `{"resource": {"docker_container": {"deliver": {
  "upload": [{"file": "/files/db_password", "source": "/srv/secrets/db_password", "permissions": "0644"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "upload": [{"file": "/files/db_password", "source": "/srv/secrets/db_password", "permissions": "0400"}]
}}}}`,
  allowed:
    "permissions 0400 or 0440; file_mode of the same bits (256 or 288 as Terraform counts) and the container's own uid",
  fix: 'set permissions to "0400"',
  words: { compose: { allowed: "mode 0400 or 0440", fix: "set mode: 0400" } },
  source: "kreuzwerker/docker, docker_container upload and docker_service secrets",
  looksAt: RUNS,
  where: (container) =>
    secretUploads(container).length > 0 || blocks(containerSpec(container), "secrets").length > 0,
  check: (container) => [
    ...secretUploads(container).flatMap(({ file, permissions }) =>
      must({ permissions }, "permissions", isOctal, `permissions of ${show(file)}`),
    ),
    ...(container.type === "docker_service"
      ? blocks(containerSpec(container), "secrets").flatMap((secret) =>
          ofSwarm(secret, containerSpec(container)),
        )
      : []),
  ],
});

const isOctal = (value: unknown) =>
  /^0?[0-7]{3}$/.test(String(value)) && isPrivate(Number.parseInt(String(value), 8));
const isPrivate = (mode: number) => (mode & ~ALLOWED) === 0;

/** The mode is a number, not octal text: 400 stands for 0620. */
function ofSwarm(secret: Block, { user }: Block): readonly Evidence[] {
  const place = show(secret.file_name);
  const uid = /^(\d+)/.exec(String(user ?? ""))?.[1];
  return [
    ...must(
      secret,
      "file_mode",
      (mode) => Number.isInteger(asNumber(mode)) && isPrivate(asNumber(mode)),
      `file_mode of ${place}`,
    ),
    ...(uid === undefined || !isKnown(user)
      ? []
      : must(secret, "file_uid", (owner) => String(owner ?? "0") === uid, `file_uid of ${place}`)),
  ];
}
