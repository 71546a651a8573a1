import { editorIsNotPublished } from "../../../policies/node-red/editor-is-not-published.ts";
import { judges } from "../judging.ts";
import { LOOPBACK_PORT, OPEN_PORT } from "../programs.ts";

const nodeRed = { image: "nodered/node-red:4.0.9" };

judges(editorIsNotPublished, "NOD-002", {
  rejects: [
    {
      name: "an editor for everybody",
      given: { ...nodeRed, ...OPEN_PORT(1880) },
      evidence: ["port 1880 (host port 1880 of every address) is published"],
    },
    {
      name: "an address that is known only at apply",
      given: { ...nodeRed, ports: [{ internal: 1880, external: 80, ip: "${var.ip}" }] },
      evidence: ['port 1880 (host port 80 of "${var.ip}") is published'],
    },
  ],
  accepts: [
    { name: "loopback", given: { ...nodeRed, ...LOOPBACK_PORT(1880) } },
    { name: "a port of its flows", given: { ...nodeRed, ...OPEN_PORT(1883) } },
    { name: "no port", given: nodeRed, examined: 0 },
    { name: "another program", given: { image: "nginx:1", ...OPEN_PORT(1880) }, examined: 0 },
  ],
});
