import { browsersStayOnHttps } from "../../../policies/tls/browsers-stay-on-https.ts";
import { changed, EDGE, judgesEdges } from "../edge-file.ts";
import { backend, local, published } from "../images.ts";
import { judges } from "../judging.ts";

const HSTS = '    http-after-response set-header Strict-Transport-Security "max-age=63072000"\n';
const AT = "line 25: frontend https";

judgesEdges(
  browsersStayOnHttps,
  "TLS-009",
  [
    { name: "no header", change: { [HSTS]: "" }, evidence: [`${AT} sets no Strict-Transport-Security`] },
    {
      name: "an hour",
      change: { "63072000": "3600" },
      evidence: ["line 39: Strict-Transport-Security is max-age=3600"],
    },
    {
      name: "a header for some answers",
      change: { '"max-age=63072000"': '"max-age=63072000" if { path / }' },
      evidence: [`${AT} sets no Strict-Transport-Security`],
    },
    {
      name: "requests in clear text that go on",
      change: { "    bind abns@https": "    bind :80\n    bind abns@https" },
      evidence: [`${AT}: line 26 takes requests without TLS`],
    },
  ],
  [
    {
      name: "requests in clear text that are sent to https",
      change: {
        "    bind abns@https":
          "    bind :80\n    http-request redirect scheme https unless { ssl_fc }\n    bind abns@https",
      },
    },
  ],
);

judges(browsersStayOnHttps, "TLS-009", {
  rejects: [],
  accepts: [
    {
      name: "no header where the host also has ports in clear text",
      given: { text: changed({ [HSTS]: "" }) },
      around: { docker_container: { Api: { ...backend, ...published(8000) } } },
    },
    {
      name: "a local stack, where it is relaxed",
      given: { text: EDGE.replace(HSTS, "") },
      around: { docker_container: { Api: local } },
    },
  ],
});
