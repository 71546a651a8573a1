import { keyFilesAreClosed } from "../../../policies/tls/key-files-are-closed.ts";
import { judges } from "../judging.ts";

const upload = (permissions?: string, file = "/certs/edge.key") => ({ upload: [{ file, permissions }] });
const secret = (secrets: object) => ({
  task_spec: { container_spec: { user: "1883:1883", secrets: [secrets] } },
});

judges(keyFilesAreClosed, "TLS-008", {
  rejects: [
    {
      name: "the provider's default, which is 0644",
      given: upload(),
      evidence: ['permissions of "/certs/edge.key" is "0644"'],
    },
    {
      name: "a group that may write, and what is no mode",
      given: {
        upload: [
          { file: "/privkey.pem", permissions: "0660" },
          { file: "/a-key.pem", permissions: "secret" },
        ],
      },
      evidence: ['permissions of "/privkey.pem" is "0660"', 'permissions of "/a-key.pem" is "secret"'],
    },
    {
      name: "a mode known only at apply",
      given: upload("${var.mode}"),
      evidence: ['permissions of "/certs/edge.key" is "${var.mode}", known only at apply'],
    },
    {
      name: "a key that its service cannot read",
      given: { user: "1883:1883", ...upload("0400") },
      evidence: ['"/certs/edge.key" belongs to root, and the service runs as 1883:1883'],
    },
    {
      name: "a secret of a swarm for everybody and of root",
      type: "docker_service",
      given: secret({ file_name: "edge.key" }),
      evidence: [
        'file_mode of "edge.key" is 292 (0444)',
        'file_uid of "edge.key" is 0, and the service runs as 1883',
      ],
    },
    {
      name: "a mode of a swarm in octal digits, which the provider takes as a number, and one known only at apply",
      type: "docker_service",
      given: {
        task_spec: {
          container_spec: {
            secrets: [
              { file_name: "a.key", file_mode: 400 },
              { file_name: "b.key", file_mode: "${var.mode}" },
            ],
          },
        },
      },
      evidence: [
        'file_mode of "a.key" is 400 (0620)',
        'file_mode of "b.key" is "${var.mode}", known only at apply',
      ],
    },
  ],
  accepts: [
    { name: "a job that hands it over", given: { user: "10:10", must_run: false, ...upload("0400") } },
    { name: "a service of root", given: upload("0640") },
    {
      name: "a secret for the service's user",
      type: "docker_service",
      given: secret({ file_name: "edge.key", file_mode: 0o400, file_uid: "1883" }),
    },
    { name: "other files", given: upload("0644", "/etc/app.conf"), examined: 0 },
  ],
});
