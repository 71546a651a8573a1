import type { Resource } from "../document.ts";
import { commandOf } from "../facts/environment.ts";
import { directives, entrances, isHttp, titleOf } from "../facts/haproxy.ts";
import { RUNS } from "../facts/services.ts";
import { runsUvicorn } from "../facts/uvicorn.ts";
import { haproxyCfg } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

const BANNERS = ["server", "x-powered-by"];

export const serversDoNotNameThemselves = definePolicy({
  id: "HTP-013",
  severity: "low",
  title: "answers do not say what software made them",
  why: "Scanners look for names and versions: anyone who shows none is not on their lists on the day a hole is known.",
  avoid: "command: uvicorn app:app --host 0.0.0.0",
  prefer: "command: uvicorn app:app --host 0.0.0.0 --no-server-header",
  allowed: "del-header Server and X-Powered-By at the edge; uvicorn with --no-server-header",
  fix: "add http-after-response del-header Server, and del-header X-Powered-By",
  source: "OWASP Secure Headers Project",
  looksAt: [...RUNS, "file/haproxy.cfg"],
  where: (resource) => resource.type === "file/haproxy.cfg" || runsUvicorn(resource),
  check: (resource) => (resource.type === "file/haproxy.cfg" ? inProxy(resource) : inCommand(resource)),
});

const inCommand = (resource: Resource): readonly string[] =>
  commandOf(resource).includes("--no-server-header") ? [] : ["the command has no --no-server-header"];

const inProxy = (file: Resource): readonly string[] =>
  entrances(haproxyCfg(file))
    .filter(isHttp)
    .flatMap((section) => {
      const removed = [...directives(section, "http-after-response"), ...directives(section, "http-response")]
        .filter(({ words: [, action] }) => action === "del-header")
        .map(({ words: [, , name = ""] }) => name.toLowerCase());
      return BANNERS.filter((name) => !removed.includes(name)).map(
        (name) => `${titleOf(section)} lets ${name} through`,
      );
    });
