import { expect, test } from "vitest";
import { securityHeadersAreSet } from "../../../policies/http/security-headers-are-set.ts";
import { EDGE, judgesEdges } from "../edge-file.ts";
import { said } from "../reporting.ts";

const AT = "line 25: frontend https";

judgesEdges(
  securityHeadersAreSet,
  "HTP-005",
  [
    {
      name: "none of them",
      change: {
        "set-header X-Content": "del-header X-Content",
        "set-header X-Frame": "del-header X-Frame",
        "set-header Referrer": "del-header Referrer",
      },
      evidence: [
        `${AT} sets no X-Content-Type-Options`,
        `${AT} sets no X-Frame-Options`,
        `${AT} sets no Referrer-Policy`,
      ],
    },
    {
      name: "weak values, and one for some answers",
      change: {
        "Options DENY": "Options ALLOWALL",
        "strict-origin-when-cross-origin": "unsafe-url",
        nosniff: "nosniff if { path / }",
      },
      evidence: [
        `${AT} sets no X-Content-Type-Options`,
        'line 41: X-Frame-Options is "ALLOWALL"',
        'line 42: Referrer-Policy is "unsafe-url"',
      ],
    },
    {
      name: "an entrance that does not read HTTP",
      change: { "    bind abns@https": "    mode tcp\n    bind abns@https" },
      evidence: [`${AT} has no mode http, so it sets no headers`],
    },
  ],
  [
    {
      name: "TLS that ends for a broker next to it",
      change: {
        "frontend https\n":
          "frontend mqtts\n    mode tcp\n    bind :8883 ssl crt /certs/edge.pem\n    default_backend broker\n\nfrontend https\n",
      },
    },
    { name: "headers in quotes", change: { "Options DENY": 'Options "SAMEORIGIN"' } },
    {
      name: "a header that a server may set by itself",
      change: { "Options DENY": "Options DENY unless { res.hdr(x-frame-options) -m found }" },
    },
  ],
);

test("HTP-005 says that the content security policy is the servers' own", () => {
  const { notEnforceable } = said(securityHeadersAreSet, { "file/haproxy.cfg": { Edge: { text: EDGE } } });

  expect(notEnforceable).toEqual([
    "Content-Security-Policy is left to the servers behind the edge: curl -I shows it",
  ]);
});
