import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { completeListeners, listeningParts, openListeners } from "../services/listeners.ts";
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

type Parts = Partial<ParsedDeployment>;
type Part = keyof ParsedDeployment;

/** A rule between fields. It runs as soon as the parts it needs are sound, no matter what is wrong elsewhere. */
interface CrossCheck {
  readonly needs: readonly Part[];
  readonly check: (deployment: ParsedDeployment) => readonly Problem[];
}

/** The settings that programs are named in. */
const applicationParts = ["backend", "frontend", "services"] as const;

/** Of what belongs to no service, the settings that programs are made from. */
const programParts = ["topics", "sensors", "alarms", "retention"] as const;

const checks: readonly CrossCheck[] = [
  { needs: [...listeningParts, "bind"], check: portsAreDistinct },
  { needs: [...listeningParts, "hosts", "bind"], check: hostsAreNamed },
  { needs: [...listeningParts, "hosts", "tls"], check: acmeCanProve },
  { needs: ["networks"], check: subnetsAreNetworks },
  { needs: ["networks"], check: subnetsAreUsable },
  { needs: ["networks"], check: subnetsAreApart },
  { needs: [...listeningParts, "name", "networks"], check: edgeIsApart },
  { needs: [...listeningParts, "bind", "hosts", "networks"], check: addressesAreOutside },
  { needs: [...listeningParts, ...programParts, "networks", "tls"], check: subnetsHaveRoom },
  { needs: ["networks"], check: ipv6NeedsIpv4 },
  { needs: [...listeningParts, "firewall"], check: firewallFits },
  { needs: ["mosquitto"], check: mqttUsersAreDistinct },
  { needs: ["mosquitto"], check: brokerFitsItsMemory },
  { needs: ["environment", "mosquitto", "postgres", "redis"], check: outsideIsReachedSafely },
  { needs: ["mosquitto"], check: bridgeLeadsOneWay },
  { needs: [...listeningParts, "secrets"], check: keysComeFromElsewhere },
  { needs: [...listeningParts, "tls"], check: usersHaveAListener },
  { needs: ["backend", "topics"], check: readingsNameTheirSensor },
  { needs: [...listeningParts, "tls", "topics"], check: devicesAreRead },
  { needs: [...listeningParts, "http"], check: pathsLeadOneWay },
  { needs: ["sensors"], check: limitsAreApart },
  { needs: ["retention"], check: classesAreApart },
  { needs: ["retention"], check: timesGrow },
  { needs: ["backup"], check: repositoryCanBeReached },
  { needs: ["backup", "postgres"], check: archiveHasALog },
  { needs: ["alarms", "environment"], check: webhookIsPrivate },
  { needs: [], check: textsAreWhole },
  { needs: [], check: noReferenceElsewhere },
  { needs: ["backend"], check: rolesFit },
  { needs: ["backend"], check: volumesHaveAWriter },
  { needs: ["backend"], check: writersAreAlone },
  { needs: ["backend", "topics"], check: readingsAreTakenOnce },
  { needs: listeningParts, check: socketsLeaveRoom },
  { needs: [...listeningParts, ...programParts], check: connectionsFit },
  { needs: applicationParts, check: oneSourceEach },
  { needs: applicationParts, check: wrappersHaveACommand },
  { needs: applicationParts, check: mountsAreDistinct },
  { needs: applicationParts, check: filesAreDistinct },
  { needs: applicationParts, check: volumesAreDistinct },
  { needs: [...listeningParts, ...programParts], check: ownNamesAreFree },
  { needs: ["services"], check: ownServicesAreWhole },
  { needs: listeningParts, check: ownServicesFindTheirStores },
  { needs: [...listeningParts, "hosts"], check: routesAreDistinct },
  {
    needs: [...applicationParts, ...programParts, "mosquitto", "postgres", "redis"],
    check: variablesAreSetOnce,
  },
  { needs: [...listeningParts, ...programParts, "http"], check: referencesExist },
  { needs: serviceNames, check: referenceApplicationIsComplete },
  { needs: [...serviceNames, "services"], check: somethingIsOn },
];

/** Runs every cross check whose parts are there. */
export function crossCheck(parts: Parts): readonly Problem[] {
  return checks
    .filter(({ needs }) => needs.every((part) => part in parts))
    .flatMap(({ check }) => check(parts as ParsedDeployment));
}

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
