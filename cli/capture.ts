import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { fileProblem } from "../core/file-problem.ts";
import { kitRoot, projectRoot } from "../core/home.ts";
import { imageRecipes } from "../core/images.ts";
import { roleOf } from "../core/labels.ts";
import { packetFields, type Recording, recordPackets } from "../runners/docker/capture.ts";
import { inspect, inspectSome } from "../runners/docker/observe.ts";
import { refuseForeignContainers } from "../runners/guards.ts";
import { ensureImages } from "../runners/images/ensure.ts";
import type { ContainerSpec, Stack } from "../runners/stack.ts";
import { atContainer } from "../runners/swarm/place.ts";
import type { Deployment } from "../services/deployment.ts";
import { probeConnections } from "./capture/own-probes.ts";
import { fieldsOf, namedPackets, type Packet, packetOutput, readFields } from "./capture/packets.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { during, interruptSignal, progress } from "./progress.ts";
import { serviceNamed } from "./service-arguments.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

export const captureOutput = z.strictObject({
  deployment: z.string(),
  service: z.string(),
  recorded: z.int().describe("packets; those that only acknowledge are counted here and not listed"),
  ofProbes: z
    .int()
    .describe(
      "of those recorded, packets of the service's own health check, which are not listed; 0 with --probes",
    ),
  packets: z.array(packetOutput).readonly(),
  file: z.string().nullable().describe("the pcap file that was written; null: none was asked for"),
});

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly seconds: number;
  readonly packets: number;
  readonly write?: string;
  readonly probes?: true;
}

export const captureCommand = verb(
  "capture",
  VERBS.capture,
  "capture mosquitto --seconds 30 --write broker.pcap",
)
  .argument("<service>", "such as mosquitto")
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--seconds <number>", "how long, 1 to 300; Ctrl-C ends it earlier", upTo(300), 10)
  .option("--packets <number>", "at most so many, 1 to 10000", upTo(10_000), 1000)
  .option("--probes", "list the packets of the service's own health check, too")
  .option("--write <file>", "keep the packets too, for Wireshark; the file must not be there yet")
  .addHelpText(
    "after",
    [
      "\nNames TCP's handshake and end, TLS, HTTP with the upgrade to WebSocket, and MQTT. No payload, password, header or query",
      "is shown. The file has all of them as they were sent, passwords in clear text too: its mode is 0600.",
    ].join("\n"),
  )
  .action(async (name: string, options: Options) => {
    const { deployment, stack, home } = await synthesizeAnywhere(options.config);
    const spec = serviceNamed(stack, name);
    await refuseForeignContainers(deployment.name, home);
    const roles = await rolesByAddress(stack, spec);
    const { seconds, packets, write, probes } = options;
    const file = write === undefined ? undefined : newFile(write);
    try {
      const signal = interruptSignal();
      // By the engine of its node, which then has the image.
      const fields = await atContainer(spec.name, async () => {
        const image = await during(() => captureImage(deployment, signal));
        progress(`${roleOf(spec)}: recording for ${seconds} s, at most ${packets} packets`);
        const recording: Recording = { container: spec.name, image, seconds, packets, signal };
        const pcap = await recordPackets(recording);
        file?.keep(pcap);
        return fieldsOf(await packetFields(pcap, { image, fields: readFields }));
      });
      const own = probes ? new Set<number>() : probeConnections(fields);
      const named = namedPackets(fields, roles);
      const shown = named.filter(({ connection }) => connection === undefined || !own.has(connection));
      const report = {
        deployment: deployment.name,
        service: roleOf(spec),
        recorded: named.length,
        ofProbes: named.length - shown.length,
        packets: shown.filter(({ names }) => names.length > 0),
        file: write ?? null,
      };
      if (options.json) printJson(captureOutput, report);
      else console.log(told(report));
    } finally {
      file?.close();
    }
  });

function upTo(most: number) {
  return (text: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < 1 || number > most)
      throw new InvalidArgumentError(`Allowed: a whole number from 1 to ${most}.`);
    return number;
  };
}

/** In no stack, so it is made when it is asked for. */
async function captureImage({ images }: Deployment, signal: AbortSignal): Promise<string> {
  const recipes = imageRecipes(projectRoot, ["capture"], images, kitRoot);
  const made = await ensureImages(recipes, { report: progress, signal, projectRoot });
  return made.at(-1)?.tag as string;
}

/**
 * Which service has an address, so that packets name services.
 *
 * @throws UserError if the one to listen at does not run, or has no network of its own
 */
async function rolesByAddress(stack: Stack, wanted: ContainerSpec): Promise<ReadonlyMap<string, string>> {
  const role = roleOf(wanted);
  if (wanted.block.network_mode === "host")
    throw new UserError(
      `${role}: is in the network of the engine's machine, and everything there would be recorded`,
      "name another service, or use tcpdump on that machine",
    );
  const [own] = await inspect([wanted.name]);
  if (own?.State.Running !== true)
    throw new UserError(
      `${role}: its container ${wanted.name} does not run, and so has no network`,
      "exploreiot status says how it is, exploreiot up brings it up again",
    );
  const { found } = await inspectSome(stack.containers.map(({ name }) => name));
  const roles = new Map(stack.containers.map((spec) => [`/${spec.name}`, roleOf(spec)]));
  return new Map(
    found.flatMap(({ Name, NetworkSettings }) =>
      Object.values(NetworkSettings.Networks)
        .flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address])
        .filter((address) => address !== undefined && address !== "")
        .map((address) => [address as string, roles.get(Name) as string] as const),
    ),
  );
}

/** A file of one's own, made before anything is recorded and gone if nothing is. */
function newFile(path: string) {
  const handle = opened(path);
  let kept = false;
  return {
    keep(bytes: Uint8Array): void {
      writeFileSync(handle, bytes);
      kept = true;
    },
    close(): void {
      closeSync(handle);
      if (!kept) rmSync(path, { force: true });
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    if (existsSync(path))
      throw new UserError(`--write ${path}: is there already`, "name another file, or remove it");
    throw new UserError(
      `--write ${path}: ${fileProblem(error)}`,
      "name a file in a folder that can be written",
    );
  }
}

interface Told {
  readonly service: string;
  readonly recorded: number;
  readonly ofProbes: number;
  readonly packets: readonly Packet[];
  readonly file: string | null;
}

function told({ service, recorded, ofProbes, packets, file }: Told): string {
  const [first] = packets;
  const rows = packets.map(({ time, from, to, names, bytes, details }) => [
    `+${((Date.parse(time) - Date.parse(first?.time as string)) / 1000).toFixed(3)}`,
    from,
    to,
    names.join(", "),
    bytes === 0 ? "" : String(bytes),
    details.join(", "),
  ]);
  return [
    ...(first === undefined
      ? []
      : [
          `from ${first.time} on, in seconds:`,
          renderTable(["time", "from", "to", "packet", "bytes", "details"], rows),
        ]),
    [
      `${service}: ${recorded} packets recorded, ${recorded - ofProbes - packets.length} of them only acknowledge`,
      ...(ofProbes === 0 ? [] : [`${ofProbes} are of its own health check (--probes lists them)`]),
    ].join(", "),
    ...(file === null
      ? []
      : [`${file}: all of them as they were sent, with passwords that were sent in clear text`]),
  ].join("\n");
}
