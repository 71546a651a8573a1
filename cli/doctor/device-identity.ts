import { join } from "node:path";
import { readIfThere } from "../../core/private-files.ts";
import { SecretStore } from "../../core/secrets.ts";
import { devicesFolder } from "../../pki/folder.ts";
import type { Deployment } from "../../services/deployment.ts";
import { servesDevices } from "../../services/listeners.ts";
import { mqttSecret } from "../../services/mosquitto/definition.ts";
import { listDevices } from "../../services/mosquitto/devices.ts";
import { withName } from "../../site/topics.ts";
import { failed, passed, type Step } from "./steps.ts";

/** Who a device is to the broker, and how it proves it. */
export interface Identity {
  readonly name: string;
  readonly listener: "mqtt" | "mqtts";

  /** @default - a certificate */
  readonly password?: string;

  /** @default - it is not on this machine, or none is used */
  readonly pair?: { readonly cert: string; readonly key: string };

  /** Topics that it may publish on, as the site file says. */
  readonly publish: readonly string[];
}

/** Looks a name up among the users of the site file and the devices that have a certificate. */
export function identify(
  deployment: Deployment,
  home: string,
  name: string,
): { step: Step; identity?: Identity } {
  const user = deployment.mosquitto.users.find((one) => one.name === name);
  if (user !== undefined) {
    const plain = deployment.ports.some(({ listener }) => listener === "mqtt");
    return {
      step: passed("name", `${name} is a user of mosquitto.users, with a password`),
      identity: {
        name,
        listener: plain ? "mqtt" : "mqtts",
        password: new SecretStore(home).value(mqttSecret(name)),
        publish: user.publish.map((topic) => withName(topic, name)),
      },
    };
  }
  const found = listDevices(home).filter(({ device }) => device === name);
  const usable = found.find(({ revokedAt, daysLeft }) => revokedAt === undefined && daysLeft > 0);
  if (usable === undefined) return { step: refused(name, found.length > 0, deployment) };
  const pair = handedOut(home, name);
  return {
    step: passed("name", `${name} has certificate ${usable.serial}, with ${usable.daysLeft} days left`),
    identity: {
      ...{ name, listener: "mqtts" },
      ...(pair === undefined ? {} : { pair }),
      publish: deployment.mosquitto.devices.publish.map((topic) => withName(topic, name)),
    },
  };
}

function refused(name: string, hadOne: boolean, deployment: Deployment): Step {
  const users = deployment.mosquitto.users.map((user) => user.name).join(", ") || "none";
  const others = servesDevices(deployment) ? `; devices have certificates` : "";
  return failed(
    "name",
    hadOne
      ? `${name}: every certificate that it had is revoked or expired`
      : `${name}: no user of mosquitto.users (${users})${others}, and no certificate was issued to it here`,
    `issue it one: exploreiot devices issue ${name}; or add it to mosquitto.users and run exploreiot up`,
  );
}

/** Where `devices issue` puts what it makes, unless told otherwise. */
function handedOut(home: string, name: string): Identity["pair"] {
  const folder = join(devicesFolder(home), "handed-out", name);
  const [cert, key] = [`${name}.crt`, `${name}.key`].map((file) => readIfThere(join(folder, file)));
  return cert === undefined || key === undefined ? undefined : { cert, key };
}
