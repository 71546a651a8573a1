import { clientsDoNotSayWhoTheyAre } from "../../../policies/http/clients-do-not-say-who-they-are.ts";
import { judgesEdges } from "../edge-file.ts";

const PREFIX = "    http-request del-header X-Forwarded -m beg\n";
const SOURCE = "    http-request set-header X-Forwarded-For %[src]\n";
const AT = "line 25: frontend https";
const passes = (...names: string[]) => names.map((name) => `${AT} passes ${name} of clients on`);

judgesEdges(
  clientsDoNotSayWhoTheyAre,
  "HTP-016",
  [
    {
      name: "headers that are passed on",
      change: {
        [PREFIX]: "",
        "    http-request del-header Forwarded\n": "",
        "    http-request del-header X-Real-IP\n": "",
        "    http-request del-header Proxy\n": "",
      },
      evidence: passes(
        ...["X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-User"],
        ...["Forwarded", "X-Real-IP", "Proxy"],
      ),
    },
    {
      name: "a header that only some requests lose",
      change: { "del-header Proxy": "del-header Proxy if { path /cgi }" },
      evidence: passes("Proxy"),
    },
    {
      name: "one header where many begin so",
      change: { "X-Forwarded -m beg": "X-Forwarded" },
      evidence: passes("X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-User"),
    },
    {
      name: "a source that is deleted after it was set",
      change: { [PREFIX]: "", [SOURCE]: SOURCE + PREFIX },
      evidence: [`${AT} does not set X-Forwarded-For to the source`],
    },
    {
      name: "a source that the client names, and no protocol",
      change: {
        "%[src]": "%[req.hdr(cf-connecting-ip)]",
        "    http-request set-header X-Forwarded-Proto https\n": "",
      },
      evidence: [`${AT} does not set X-Forwarded-For to the source`, `${AT} does not set X-Forwarded-Proto`],
    },
  ],
  [
    { name: "option forwardfor", change: { [SOURCE]: "    option forwardfor\n" } },
    { name: "a pattern", change: { "X-Forwarded -m beg": "^x-forwarded- -m reg" } },
    {
      name: "a load balancer in front, by its address",
      change: { "X-Forwarded -m beg": "X-Forwarded -m beg unless { src 192.0.2.1 }" },
    },
  ],
);
