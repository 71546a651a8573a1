import { requestsAreLogged } from "../../../policies/http/requests-are-logged.ts";
import { judgesEdges } from "../edge-file.ts";

const LOG = "    log stdout format raw local0\n";
const FORMAT = '    log-format "%ci %HM %[var(txn.path)] %ST"\n';
const AT = "line 25: frontend https";
const queries = ["line 66: log-format holds query strings or credentials"];

judgesEdges(
  requestsAreLogged,
  "HTP-021",
  [
    { name: "no log", change: { [LOG]: "" }, evidence: [`${AT} logs nothing`] },
    {
      name: "a log that is taken back",
      change: { [LOG]: `${LOG}    no log\n` },
      evidence: [`${AT} logs nothing`],
    },
    { name: "the log of nobody", change: { [LOG]: "    log global\n" }, evidence: [`${AT} logs nothing`] },
    {
      name: "no format",
      change: { [FORMAT]: "" },
      evidence: [`${AT} has no log-format, so no request is named`],
    },
    {
      name: "HAProxy's format",
      change: { [FORMAT]: "    option httplog\n" },
      evidence: ["line 66: option httplog logs query strings"],
    },
    { name: "no client", change: { "%ci %HM": "%HM" }, evidence: ["line 66: log-format names no client"] },
    { name: "the line of the request", change: { "%HM %[var(txn.path)]": "%{+Q}r" }, evidence: queries },
    { name: "its address", change: { "set-var(txn.path) path": "set-var(txn.path) url" }, evidence: queries },
    { name: "a credential", change: { "%ST": "%[req.hdr(Authorization)]" }, evidence: queries },
  ],
  [
    {
      name: "the log of global",
      change: {
        [LOG]: "    log global\n",
        "defaults\n    mode": "    log stdout format raw local0\n\ndefaults\n    mode",
      },
    },
    { name: "the source, and times that begin with r", change: { "%ci %HM": "%[src] %rt" } },
  ],
);
