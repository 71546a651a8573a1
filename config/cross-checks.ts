import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { completeListeners, openListeners } from "../services/listeners.ts";
import { brokerFitsItsMemory } from "../services/mosquitto/checks.ts";
import { definitions, serviceNames } from "../services/registry.ts";
import {
  filesAreDistinct,
  mountsAreDistinct,
  oneSourceEach,
  referenceApplicationIsComplete,
  rolesFit,
  volumesAreDistinct,
  volumesHaveAWriter,
  wrappersHaveACommand,
} from "./application-checks.ts";
import { archiveHasALog, repositoryCanBeReached } from "./backup-checks.ts";
import { bridgeLeadsOneWay, keysComeFromElsewhere } from "./bridge-checks.ts";
import { edgeHasAPart } from "./edge-checks.ts";
import { firewallFits } from "./firewall-checks.ts";
import { subnetsHaveRoom } from "./network-room.ts";
import { outsideIsReachedSafely } from "./outside-checks.ts";
import { ownNamesAreFree } from "./own-name-checks.ts";
import { ownServicesAreWhole, ownServicesFindTheirStores } from "./own-service-checks.ts";
import { referencesExist } from "./reference-checks.ts";
import { classesAreApart, timesGrow } from "./retention-checks.ts";
import { routesAreDistinct } from "./route-checks.ts";
import { connectionsFit, readingsAreTakenOnce, socketsLeaveRoom, writersAreAlone } from "./scale-checks.ts";
import { limitsAreApart, webhookIsPrivate } from "./sensor-checks.ts";
import {
  addressesAreOutside,
  edgeIsApart,
  ipv6NeedsIpv4,
  subnetsAreApart,
  subnetsAreNetworks,
  subnetsAreUsable,
} from "./subnet-checks.ts";
import { noReferenceElsewhere, textsAreWhole } from "./text-checks.ts";
import { acmeCanProve, usersHaveAListener } from "./tls-checks.ts";
import { devicesAreRead, mqttUsersAreDistinct, readingsNameTheirSensor } from "./topic-checks.ts";
import { variablesAreSetOnce } from "./variable-checks.ts";

type CrossCheck = (deployment: ParsedDeployment) => readonly Problem[];

const checks: readonly CrossCheck[] = [
  portsAreDistinct,
  hostsAreNamed,
  acmeCanProve,
  subnetsAreNetworks,
  subnetsAreUsable,
  subnetsAreApart,
  edgeIsApart,
  addressesAreOutside,
  subnetsHaveRoom,
  ipv6NeedsIpv4,
  firewallFits,
  mqttUsersAreDistinct,
  brokerFitsItsMemory,
  outsideIsReachedSafely,
  bridgeLeadsOneWay,
  keysComeFromElsewhere,
  usersHaveAListener,
  readingsNameTheirSensor,
  devicesAreRead,
  pathsLeadOneWay,
  limitsAreApart,
  classesAreApart,
  timesGrow,
  repositoryCanBeReached,
  archiveHasALog,
  webhookIsPrivate,
  textsAreWhole,
  noReferenceElsewhere,
  rolesFit,
  volumesHaveAWriter,
  writersAreAlone,
  readingsAreTakenOnce,
  socketsLeaveRoom,
  connectionsFit,
  oneSourceEach,
  wrappersHaveACommand,
  mountsAreDistinct,
  filesAreDistinct,
  volumesAreDistinct,
  ownNamesAreFree,
  ownServicesAreWhole,
  edgeHasAPart,
  ownServicesFindTheirStores,
  routesAreDistinct,
  variablesAreSetOnce,
  referencesExist,
  referenceApplicationIsComplete,
  somethingIsOn,
];

/** Thrown where a check reads a part that has problems of its own: there is nothing to compare then. */
class UnsoundPart extends Error {}

/**
 * Runs every check between fields whose parts are sound, no matter what is wrong elsewhere. Which those are is seen by what
 * it reads, so that nobody has to list it.
 *
 * @param parts the top-level fields that are right by themselves
 */
export function crossCheck(parts: Partial<ParsedDeployment>): readonly Problem[] {
  const sound = soundAlone(parts);
  return checks.flatMap((check) => {
    try {
      return check(sound);
    } catch (error) {
      if (error instanceof UnsoundPart) return [];
      throw error;
    }
  });
}

const soundAlone = (parts: Partial<ParsedDeployment>): ParsedDeployment =>
  new Proxy(parts, {
    get(_, part) {
      if (part in parts) return parts[part as keyof ParsedDeployment];
      throw new UnsoundPart(String(part));
    },
  }) as ParsedDeployment;

function portsAreDistinct(deployment: ParsedDeployment): readonly Problem[] {
  const seen = new Map<number, string>();
  return openListeners(deployment).flatMap(({ at, port }) => {
    const other = seen.get(port);
    seen.set(port, at);
    if (other === undefined) return [];
    return [
      {
        path: `${at}.port`,
        got: port,
        allowed: `a port that ${other} does not use`,
        fix: "choose another port",
      },
    ];
  });
}

function hostsAreNamed(deployment: ParsedDeployment): readonly Problem[] {
  const { hosts, bind } = deployment;
  const isBeyond = openListeners(deployment).some(
    (listener) => !["loopback", "127.0.0.1", "::1"].includes(listener.bind ?? bind),
  );
  if (hosts !== undefined || !isBeyond) return [];
  const allowed =
    "a list of the names and addresses that users type, since the deployment listens beyond loopback";
  return [{ path: "hosts", got: undefined, allowed, fix: 'add it, for example hosts: ["192.168.1.10"]' }];
}

/** Behind the https listener, page and API share one address: only their paths tell them apart. */
function pathsLeadOneWay(deployment: ParsedDeployment): readonly Problem[] {
  const { backend, frontend, http } = deployment;
  if (!completeListeners(deployment).https.enabled || !definitions.backend.isServed(backend, false))
    return [];
  const own = backend.image !== undefined || backend.build !== undefined;
  const found: Problem[] = [];
  if (frontend.enabled && backend.pathPrefix === "") {
    const allowed = "a path such as /api, since the page has the rest of the https listener";
    const fix = "set it to /api, with http.stripPrefix: true if the backend answers at the root";
    found.push({ path: "backend.pathPrefix", got: "", allowed, fix });
  }
  if (http.stripPrefix && !own) {
    const allowed = "false, since the reference backend answers below its prefix";
    found.push({ path: "http.stripPrefix", got: true, allowed, fix: "remove it" });
  }
  return found;
}

function somethingIsOn(deployment: ParsedDeployment): readonly Problem[] {
  const services = serviceNames.filter((name) => "enabled" in deployment[name]);
  if (Object.values(deployment.services).some(({ enabled }) => enabled)) return [];
  if (
    services.some((name) =>
      Object.entries(deployment[name]).some(([key, value]) => key === "enabled" && value),
    )
  )
    return [];
  const allowed = `at least one of ${services.join(", ")} turned on`;
  return [{ path: "", got: "all of them off", allowed, fix: "turn a service on" }];
}
