import { serversDoNotNameThemselves } from "../../../policies/http/servers-do-not-name-themselves.ts";
import { judgesEdges } from "../edge-file.ts";
import { backend } from "../images.ts";
import { judges } from "../judging.ts";

judges(serversDoNotNameThemselves, "HTP-013", {
  rejects: [
    {
      name: "uvicorn by default",
      given: { command: ["uvicorn", "app:app"] },
      evidence: ["the command has no --no-server-header"],
    },
    {
      name: "a command known only at apply",
      given: { command: "${var.command}" },
      evidence: ["cannot be judged: command is not a list, so its words are not known"],
    },
  ],
  accepts: [
    { name: "uvicorn without the header", given: { command: ["uvicorn", "app:app", "--no-server-header"] } },
    { name: "another server", given: backend, examined: 0 },
  ],
});

judgesEdges(serversDoNotNameThemselves, "HTP-013", [
  {
    name: "both headers",
    change: {
      "del-header Server": "set-header Server x",
      "    http-after-response del-header X-Powered-By\n": "",
    },
    evidence: [
      "line 25: frontend https lets server through",
      "line 25: frontend https lets x-powered-by through",
    ],
  },
]);
