import { App } from "cdktf";
import { parseDeployment } from "exploreiot";
import { Plant } from "./plant.ts";

const off = { enabled: false };
const deployment = parseDeployment(
  {
    name: "plant",
    mosquitto: { users: [{ name: "pump", publish: ["plant/#"] }] },
    ...{ backend: off, frontend: off, postgres: off, redis: off },
  },
  "main.ts",
);

const app = new App();
new Plant(app, deployment);
// Every stack of this app is judged, also one that has nothing of the kit.
app.synth();
