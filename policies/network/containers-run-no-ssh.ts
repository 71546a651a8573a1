import { basename } from "node:path";
import { graded } from "../evidence.ts";
import { commandOf } from "../facts/environment.ts";
import { describe, internalPort, isOpen, publishedPorts } from "../facts/ports.ts";
import { imageOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const isSshServer = (word: string) =>
  (word.endsWith("sshd") || word.endsWith("dropbear")) && ["sshd", "dropbear"].includes(basename(word));

/** They serve repositories over SSH, with users and keys of their own, and give nobody a shell. */
const FORGES = /(^|\/)(gitea|forgejo|gitlab-(ce|ee)|gogs|soft-serve)([:@]|$)/;

export const containersRunNoSsh = definePolicy({
  id: "NET-020",
  severity: "high",
  title: "no container runs an SSH server",
  why: "A login inside a container has keys and users of its own, which nobody rotates.",
  avoid: "image: linuxserver/openssh-server:9.9",
  prefer: "image: nginx:1.27",
  allowed: "no port 22 inside, no image of an SSH server, no sshd in the command",
  fix: "use docker exec",
  source: "CIS Docker Benchmark 1.6.0, 5.7",
  looksAt: RUNS,
  check: (resource, stack) => {
    const image = imageOf(resource, stack) ?? "";
    return [
      ...publishedPorts(resource)
        .filter((port) => internalPort(port) === 22)
        .map((port) => {
          const evidence = `${describe(port)} is published`;
          return FORGES.test(image) || !isOpen(port) ? graded("low", evidence) : evidence;
        }),
      ...(/(^|[/_-])(openssh(-server)?|sshd)([:@_-]|$)/.test(image) ? [`image is ${image}`] : []),
      ...commandOf(resource)
        .filter(isSshServer)
        .map((word) => `the command runs ${word}`),
    ];
  },
});
