import { forwardedHeadersAreBelievedOfTheEdge } from "../../../policies/http/forwarded-headers-are-believed-of-the-edge.ts";
import { backend, edge, frontend } from "../images.ts";
import { judges, NETWORKS } from "../judging.ts";

const onEdge = { networks_advanced: [{ name: "${docker_network.Edge.id}" }] };
const around = { ...NETWORKS, docker_container: { Proxy: { ...edge, ...onEdge } } };
const given = (...env: readonly string[]) => ({ ...backend, ...onEdge, env });

judges(forwardedHeadersAreBelievedOfTheEdge, "HTP-007", {
  rejects: [
    {
      name: "everybody, in every spelling",
      given: {
        ...given("FORWARDED_ALLOW_IPS=*", "TRUSTED_PROXIES=10.0.0.1, 0.0.0.0/0"),
        command: ["uvicorn", "app", "--forwarded-allow-ips=*"],
      },
      evidence: [
        '--forwarded-allow-ips is "*"',
        'FORWARDED_ALLOW_IPS is "*"',
        'TRUSTED_PROXIES is "10.0.0.1, 0.0.0.0/0"',
      ],
    },
    {
      name: "nobody behind an edge",
      given: given("TRUSTED_PROXIES="),
      around,
      evidence: ["nothing says that the edge is believed"],
    },
    {
      name: "a server that is told not to",
      given: { ...given("FORWARDED_ALLOW_IPS=10.0.0.1"), command: ["uvicorn", "--no-proxy-headers"] },
      around,
      evidence: ["the command says --no-proxy-headers, and the edge is in front"],
    },
    {
      name: "a page's server that trusts everybody",
      given: { ...frontend, ...onEdge, env: ["TRUSTED_PROXIES=*"] },
      around,
      evidence: ['TRUSTED_PROXIES is "*"'],
    },
    {
      name: "addresses known only at apply",
      given: given("TRUSTED_PROXIES=${var.edge}"),
      evidence: ["TRUSTED_PROXIES is known only at apply"],
    },
  ],
  accepts: [
    { name: "the edge's address", given: given("TRUSTED_PROXIES=172.30.1.0/24"), around },
    {
      name: "an option",
      given: { ...given(), command: ["uvicorn", "--forwarded-allow-ips", "172.30.1.9"] },
      around,
    },
    { name: "nobody without an edge", given: given(), around: NETWORKS },
    { name: "a backend on another network than the edge", given: backend, around },
    {
      name: "a page's server behind no edge",
      given: { ...frontend, ...onEdge, env: ["TRUSTED_PROXIES="] },
      around: NETWORKS,
    },
    { name: "what is no backend", given: frontend, examined: 0 },
  ],
});
