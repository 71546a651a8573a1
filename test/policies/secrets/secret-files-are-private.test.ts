import { secretFilesArePrivate } from "../../../policies/secrets/secret-files-are-private.ts";
import { judges } from "../judging.ts";

const upload = (permissions?: unknown, file = "/in/API_KEY") => ({ file, source: "x", permissions });
const service = (secret: object, user?: string) => ({
  task_spec: { container_spec: { image: "a", user, secrets: { file_name: "k", ...secret } } },
});

judges(secretFilesArePrivate, "SEC-010", {
  rejects: [
    {
      name: "what the provider gives, and modes that let others read, or write",
      given: { upload: [upload(), upload("0444"), upload("0640")] },
      evidence: [
        'permissions of "/in/API_KEY" is not set',
        'permissions of "/in/API_KEY" is "0444"',
        'permissions of "/in/API_KEY" is "0640"',
      ],
    },
    {
      name: "a file without a name for it next to one that has",
      given: { upload: [upload("0400"), upload("0644", "/in/client.cfg")] },
      evidence: ['permissions of "/in/client.cfg" is "0644"'],
    },
    {
      name: "a mode known only at apply",
      given: { upload: upload("${var.m}") },
      evidence: ['permissions of "/in/API_KEY" is "${var.m}", known only at apply'],
    },
    {
      name: "a secret of a service that everybody reads, and one whose mode is not what it looks like",
      type: "docker_service",
      given: service({ file_mode: 400 }, "1000:1000"),
      evidence: ['file_mode of "k" is 400', 'file_uid of "k" is not set'],
    },
  ],
  accepts: [
    { name: "a file for its owner", given: { upload: upload("0400") } },
    {
      name: "a secret for its owner",
      type: "docker_service",
      given: service({ file_mode: 256, file_uid: "1000" }, "1000"),
    },
    {
      name: "public files",
      given: {
        upload: [
          { file: "/a.cfg", source: "a.cfg" },
          { file: "/x.password", content: "" },
        ],
      },
      examined: 0,
    },
  ],
});
