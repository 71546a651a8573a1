import type { Resource } from "../document.ts";
import { unknown } from "../evidence.ts";
import { variablesOf } from "../facts/environment.ts";
import { entrances, isHttp, refusals, titleOf } from "../facts/haproxy.ts";
import { RUNS } from "../facts/services.ts";
import { haproxyCfg } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

const LIMIT = /^(\w+_)?MAX_(BODY|REQUEST|UPLOAD|CONTENT)_(BYTES|SIZE|LENGTH)$/;

export const bodiesAreLimited = definePolicy({
  id: "HTP-006",
  severity: "medium",
  elsewhere: "low",
  title: "the size of a request's body is limited",
  why: "Anyone who may send bodies of any size fills memory or disk.",
  avoid: `image: exploreiot/backend:1.0
environment: {MAX_BODY_BYTES: "0"}`,
  prefer: `image: exploreiot/backend:1.0
environment: {MAX_BODY_BYTES: "1048576"}`,
  allowed:
    "at the edge a refusal of a content-length above a number and one of bodies without a length; MAX_BODY_BYTES above 0",
  fix: "add http-request return status 413 if { req.hdr_val(content-length) gt 1048576 }, and 411 for transfer-encoding",
  source: "OWASP API Security Top 10 2023, API4",
  looksAt: [...RUNS, "file/haproxy.cfg"],
  where: (resource) =>
    resource.type === "file/haproxy.cfg" || variablesOf(resource).some(({ name }) => LIMIT.test(name)),
  check: (resource) =>
    resource.type === "file/haproxy.cfg"
      ? inProxy(resource)
      : variablesOf(resource)
          .filter(({ name, value }) => LIMIT.test(name) && !/^[1-9]\d*[kKmM]?[bB]?$/.test(value ?? ""))
          .map(({ name, value }) =>
            value === undefined ? unknown(`${name} is known only at apply`) : `${name} is ${show(value)}`,
          ),
});

const inProxy = (file: Resource): readonly string[] =>
  entrances(haproxyCfg(file))
    .filter(isHttp)
    .flatMap((section) => {
      const conditions = refusals(section).map(({ condition }) => condition);
      const place = titleOf(section);
      return [
        ...(conditions.some((text) =>
          /(hdr_val\(content-length\)|body_size|body_len) (gt|ge) [1-9]\d*/i.test(text),
        )
          ? []
          : [`${place} refuses no body for its size`]),
        ...(conditions.some((text) => /hdr(_cnt)?\(transfer-encoding\)/i.test(text))
          ? []
          : [`${place} takes bodies without a declared length`]),
      ];
    });
