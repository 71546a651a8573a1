import { answerHeader, directives, entrances, isUnconditional, titleOf } from "../facts/haproxy.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

const HEADER = "Access-Control-Allow-Origin";

export const originsAreAnsweredByTheEdge = definePolicy({
  id: "HTP-020",
  severity: "medium",
  title: "an edge that lists origins drops the leave that servers give, and tells caches about it",
  why: "Where the edge lists origins, a server that allows all of them would undo it. A cache that does not know that answers differ by origin gives one origin's leave to another.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    acl listed req.hdr(origin) -m str -i https://app.example.org
    http-after-response set-header Access-Control-Allow-Origin https://app.example.org if listed
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    acl listed req.hdr(origin) -m str -i https://app.example.org
    http-after-response del-header Access-Control-Allow-Origin
    http-after-response set-header Access-Control-Allow-Origin https://app.example.org if listed
    http-after-response add-header Vary Origin
    default_backend web`,
  allowed: `${HEADER} set after it was deleted, or set for every answer; Vary Origin where it depends on the request`,
  fix: `add http-after-response del-header ${HEADER} before it is set, and add-header Vary Origin`,
  source: "Fetch Standard, CORS protocol and HTTP caches",
  looksAt: ["file/haproxy.cfg"],
  check: (file) => entrances(haproxyCfg(file)).flatMap(problems),
});

function problems(section: Section): readonly string[] {
  const leaves = answerHeader(section, HEADER);
  const depends = leaves.filter((leave) => !isUnconditional(leave) || /%\[/.test(leave.words[3] ?? ""));
  if (depends.length === 0) return [];
  const deleted = rules(section).find(
    (rule) =>
      rule.words[1] === "del-header" &&
      rule.words[2]?.toLowerCase() === HEADER.toLowerCase() &&
      isUnconditional(rule),
  );
  const varies = answerHeader(section, "vary").some(
    (header) =>
      isUnconditional(header) && /(^|[\s,])(origin|\*)([\s,]|$)/i.test(header.words.slice(3).join(" ")),
  );
  const isOwn = (leave: (typeof leaves)[number]) =>
    leave.words[1] === "set-header" &&
    (isUnconditional(leave) || (deleted !== undefined && deleted.line < leave.line));
  return [
    ...(depends.some(isOwn) ? [] : [`${titleOf(section)} lets ${HEADER} of servers through`]),
    ...(varies ? [] : [`${titleOf(section)} sets no Vary Origin`]),
  ];
}

const rules = (section: Section) => [
  ...directives(section, "http-after-response"),
  ...directives(section, "http-response"),
];
