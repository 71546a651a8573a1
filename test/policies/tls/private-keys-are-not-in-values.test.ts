import { privateKeysAreNotInValues } from "../../../policies/tls/private-keys-are-not-in-values.ts";
import { GOOD } from "../certificates.ts";
import { judges } from "../judging.ts";

/** The form of a key, without one in it. */
const KEY = `-----BEGIN EC ${"PRIVATE"} KEY-----\nnothing\n-----END EC ${"PRIVATE"} KEY-----\n`;
const ENCODED = Buffer.from(KEY).toString("base64");

judges(privateKeysAreNotInValues, "TLS-007", {
  rejects: [
    {
      name: "a key in an upload, as it is and in base64",
      given: {
        upload: [
          { file: "/a.key", content: KEY },
          { file: "/b.key", content_base64: ENCODED },
        ],
      },
      evidence: ['content of "/a.key" holds a private key', 'content_base64 of "/b.key" holds a private key'],
    },
    {
      name: "a key in the environment, the command and a label",
      given: { env: [`TLS_KEY=${KEY}`], command: ["sh", KEY], labels: [{ label: "key", value: KEY }] },
      evidence: [
        'label "key" holds a private key',
        "env TLS_KEY holds a private key",
        "command holds a private key",
      ],
    },
    {
      name: "a key in a config",
      type: "docker_config",
      given: { data: ENCODED },
      evidence: ["data holds a private key"],
    },
    {
      name: "a key in the environment of a service",
      type: "docker_service",
      given: { task_spec: { container_spec: { env: { TLS_KEY: KEY } } } },
      evidence: ["env TLS_KEY holds a private key"],
    },
    {
      name: "a key in an argument of a build",
      type: "docker_image",
      given: { build: { build_args: { KEY } } },
      evidence: ["build_args KEY holds a private key"],
    },
    {
      name: "uploads that cannot be read",
      given: { upload: "${var.files}" },
      evidence: ['cannot be judged: upload is "${var.files}", which is not a block'],
    },
  ],
  accepts: [
    {
      name: "a path",
      given: { upload: [{ file: "/a.key", source: "/keys/a.key" }], env: ["KEY_FILE=/a.key"] },
    },
    { name: "a certificate", type: "docker_config", given: { data: Buffer.from(GOOD).toString("base64") } },
  ],
});
