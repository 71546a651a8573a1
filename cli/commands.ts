import { Command } from "commander";
import { VERBS, type VerbName } from "./verbs.ts";

/** How each is loaded. */
const LOAD: Readonly<Record<VerbName, () => Promise<Command>>> = {
  up: async () => (await import("./up.ts")).upCommand,
  upgrade: async () => (await import("./upgrade.ts")).upgradeCommand,
  restore: async () => (await import("./restore.ts")).restoreCommand,
  down: async () => (await import("./down.ts")).downCommand,
  status: async () => (await import("./status.ts")).statusCommand,
  plan: async () => (await import("./plan.ts")).planCommand,
  list: async () => (await import("./list.ts")).listCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  follow: async () => (await import("./follow.ts")).followCommand,
  ports: async () => (await import("./ports.ts")).portsCommand,
  capture: async () => (await import("./capture.ts")).captureCommand,
  logs: async () => (await import("./logs.ts")).logsCommand,
  publish: async () => (await import("./publish.ts")).publishCommand,
  readings: async () => (await import("./readings.ts")).readingsCommand,
  rejects: async () => (await import("./rejects.ts")).rejectsCommand,
  restart: async () => (await import("./restart.ts")).restartCommand,
  exec: async () => (await import("./exec.ts")).execCommand,
  psql: async () => (await import("./psql.ts")).psqlCommand,
  synth: async () => (await import("./synth.ts")).synthCommand,
  diagram: async () => (await import("./diagram.ts")).diagramCommand,
  parity: async () => (await import("./parity.ts")).parityCommand,
  policy: async () => (await import("./policy.ts")).policyCommand,
  preflight: async () => (await import("./preflight.ts")).preflightCommand,
  render: async () => (await import("./render.ts")).renderCommand,
  bundle: async () => (await import("./bundle.ts")).bundleCommand,
  images: async () => (await import("./images.ts")).imagesCommand,
  firewall: async () => (await import("./firewall.ts")).firewallCommand,
  backup: async () => (await import("./backup.ts")).backupCommand,
  certificates: async () => (await import("./certificates.ts")).certificatesCommand,
  outside: async () => (await import("./outside.ts")).outsideCommand,
  devices: async () => (await import("./devices.ts")).devicesCommand,
  secrets: async () => (await import("./secrets.ts")).secretsCommand,
  rotate: async () => (await import("./rotate.ts")).rotateCommand,
  capacity: async () => (await import("./capacity.ts")).capacityCommand,
  sites: async () => (await import("./sites.ts")).sitesCommand,
  init: async () => (await import("./init.ts")).initCommand,
};

const names = Object.keys(VERBS) as readonly VerbName[];

/** All verbs, as they are. */
export const allCommands = (): Promise<readonly Command[]> => Promise.all(names.map((name) => LOAD[name]()));

/**
 * Every verb, of which those that a command line does not name are known by name and description alone: to load all of
 * them takes longer than most of them have to do.
 *
 * @param words of the command line
 */
export const commandsFor = (words: readonly string[]): Promise<readonly Command[]> =>
  Promise.all(
    names.map((name) => (words.includes(name) ? LOAD[name]() : new Command(name).description(VERBS[name]))),
  );
