import { bodiesAreLimited } from "../../../policies/http/bodies-are-limited.ts";
import { judgesEdges } from "../edge-file.ts";
import { backend } from "../images.ts";
import { judges } from "../judging.ts";

judges(bodiesAreLimited, "HTP-006", {
  rejects: [
    {
      name: "no limit by value, and one known only at apply",
      given: { ...backend, env: ["MAX_BODY_BYTES=0", "APP_MAX_UPLOAD_SIZE=${var.size}"] },
      evidence: ['MAX_BODY_BYTES is "0"', "APP_MAX_UPLOAD_SIZE is known only at apply"],
    },
  ],
  accepts: [
    { name: "limits", given: { env: ["MAX_BODY_BYTES=262144", "MAX_REQUEST_SIZE=10mb"] } },
    { name: "a container without the variable", given: backend, examined: 0 },
  ],
});

judgesEdges(
  bodiesAreLimited,
  "HTP-006",
  [
    {
      name: "bodies of any size",
      change: { "gt 1048576": "gt 0 !FALSE", "req.hdr_val(content-length) gt 0 !FALSE": "path /" },
      evidence: ["line 25: frontend https refuses no body for its size"],
    },
    {
      name: "bodies without a length",
      change: { "req.hdr(transfer-encoding)": "req.hdr(te)" },
      evidence: ["line 25: frontend https takes bodies without a declared length"],
    },
  ],
  [
    {
      name: "an ACL",
      change: {
        "413 if { req.hdr_val(content-length) gt 1048576 }":
          "413 if big\n    acl big req.hdr_val(content-length) gt 1000",
      },
    },
  ],
);
