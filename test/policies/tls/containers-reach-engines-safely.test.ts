import { containersReachEnginesSafely } from "../../../policies/tls/containers-reach-engines-safely.ts";
import { judges } from "../judging.ts";

const to = (host: string, ...more: string[]) => ({
  image: "acme/ci:1",
  env: [`DOCKER_HOST=${host}`, ...more],
});
const joined = { networks_advanced: [{ name: "ci" }] };
const neighbour = (image: string) => ({
  docker_container: { Engine: { name: "engine", image, ...joined } },
  docker_network: { Ci: { name: "ci" } },
});

judges(containersReachEnginesSafely, "TLS-016", {
  rejects: [
    {
      name: "an engine of another machine",
      given: to("tcp://192.0.2.10:2375"),
      evidence: ['DOCKER_HOST is "tcp://192.0.2.10:2375", without TLS'],
    },
    {
      name: "certificates, and the port that takes none",
      given: to("tcp://ci.example.org", "DOCKER_TLS_VERIFY=1"),
      evidence: ['DOCKER_HOST is "tcp://ci.example.org", without TLS'],
    },
    {
      name: "an option of the client",
      given: { image: "docker:27-cli", command: ["docker", "-H", "tcp://192.0.2.10:2376", "ps"] },
      evidence: ['-H is "tcp://192.0.2.10:2376", without TLS'],
    },
    {
      name: "the engine of its own namespace",
      given: to("tcp://localhost:2375"),
      evidence: [{ severity: "medium", text: 'DOCKER_HOST is "tcp://localhost:2375", without TLS' }],
    },
    {
      name: "the engine of a neighbour",
      given: { ...to("tcp://engine:2375"), ...joined },
      around: neighbour("acme/engine:1"),
      evidence: [{ severity: "medium", text: 'DOCKER_HOST is "tcp://engine:2375", without TLS' }],
    },
    {
      name: "a proxy of the socket",
      given: { ...to("tcp://engine:2375"), ...joined },
      around: neighbour("tecnativa/docker-socket-proxy:0.3.0"),
      evidence: [{ severity: "low", text: 'DOCKER_HOST is "tcp://engine:2375", without TLS' }],
    },
    {
      name: "an engine that listens for everybody",
      given: { image: "acme/dind:1", command: ["dockerd", "--host=tcp://0.0.0.0:2375"] },
      evidence: [
        { severity: "high", text: 'the engine listens on "--host=tcp://0.0.0.0:2375", without TLS' },
      ],
    },
    {
      name: "an engine that makes no certificates",
      given: { image: "docker:27-dind", env: ["DOCKER_TLS_CERTDIR="] },
      evidence: [
        { severity: "high", text: "DOCKER_TLS_CERTDIR is empty, so the engine listens on 2375 without TLS" },
      ],
    },
    {
      name: "a host that is known only at apply",
      given: to("${var.host}"),
      evidence: ["DOCKER_HOST is known only at apply"],
    },
  ],
  accepts: [
    { name: "SSH", given: to("ssh://deploy@192.0.2.10") },
    { name: "a socket", given: to("unix:///var/run/docker.sock") },
    { name: "TLS", given: to("tcp://192.0.2.10:2376", "DOCKER_TLS_VERIFY=1") },
    { name: "an engine that makes certificates", given: { image: "docker:27-dind" } },
    {
      name: "an engine that checks them",
      given: { image: "a:1", command: ["dockerd", "-H=tcp://0.0.0.0:2376", "--tlsverify"] },
    },
    {
      name: "what speaks with no engine",
      given: { image: "nginx:1", command: ["nginx", "-H", "tcp://a"] },
      examined: 0,
    },
  ],
});
