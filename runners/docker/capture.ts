import { UserError } from "../../core/errors.ts";
import { type RunResult, run } from "../run.ts";
import { atContainer } from "../swarm/place.ts";

export interface Recording {
  /** Of the container whose network is listened to. */
  readonly container: string;

  /** With dumpcap and tshark. */
  readonly image: string;

  readonly seconds: number;
  readonly packets: number;

  /** Ends the recording earlier; what was recorded is kept. */
  readonly signal: AbortSignal;
}

/** A recording ends at this size too: it passes through the memory of this process. */
const MOST_KILOBYTES = 16_000;

/** Docker's client was ended by a signal, no matter what its container said. */
const ENDED = 128;

/** No log: the engine would write each packet, with each password in it, to its disk. */
const CONFINED = [
  ...["--rm", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
  ...["--log-driver", "none", "--pids-limit", "16"],
];

/**
 * Records packets in the network namespace of a running container, loopback included. It ends by itself at its bounds, also
 * where this process was killed.
 *
 * @returns the packets as a pcap file
 */
export async function recordPackets(recording: Recording): Promise<Buffer> {
  const { container, image, seconds, packets, signal } = recording;
  const limits = ["-a", `duration:${seconds}`, "-a", `filesize:${MOST_KILOBYTES}`, "-c", String(packets)];
  const { code, stdout, stderr } = await atContainer(container, (id) =>
    run(
      [
        ...(["docker", "run", ...CONFINED, "--network", `container:${id}`] as const),
        // Root without any other right: Docker gives a right that was added to no other user.
        ...["--user", "0:0", "--cap-add", "NET_RAW", "--memory", "128m", "--memory-swap", "128m"],
        ...["--entrypoint", "dumpcap", image, "-q", "-F", "pcap", "-i", "any", ...limits, "-w", "-"],
      ],
      { binary: true, ownGroup: true, signal, expected: ANY },
    ),
  );
  if (code === 0 || (code === ENDED && signal.aborted)) return Buffer.from(stdout, "latin1");
  throw failed("recording", container, stderr);
}

const ANY = Array.from({ length: 256 }, (_, code) => code);

/** Ends a dissection that takes longer, as one of hostile packets may. */
const DISSECTION_MS = 60_000;

/**
 * Reads fields of packets, in a container without any right, network or disk: tshark takes apart what anyone may have sent.
 *
 * @param fields as tshark names them
 * @returns each packet's fields, in the order asked for; one that is there more than once is a list
 */
export async function packetFields(
  pcap: Uint8Array,
  { image, fields }: { readonly image: string; readonly fields: readonly string[] },
): Promise<readonly (readonly (readonly string[])[])[]> {
  const memory = ["--memory", "512m", "--memory-swap", "512m"];
  const { code, stdout, stderr } = await run(
    [
      ...(["docker", "run", "--interactive", ...CONFINED, "--network", "none", ...memory] as const),
      ...["--user", "65534:65534", "--env", "HOME=/tmp", "--tmpfs", "/tmp:rw,noexec,nosuid,size=32m"],
      ...["--entrypoint", "tshark", image, "-n", "-r", "-", "-T", "fields"],
      ...["-E", "separator=/t", "-E", "occurrence=a", "-E", `aggregator=${BETWEEN}`],
      ...fields.flatMap((field) => ["-e", field]),
    ],
    { input: pcap, signal: AbortSignal.timeout(DISSECTION_MS), expected: ANY },
  );
  // 2: a recording that was ended between two packets may be cut short.
  if (code !== 0 && code !== 2) throw failed("reading what was recorded", image, stderr);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t").map((field) => field.split(BETWEEN).filter(Boolean)));
}

/** Unit separator. A packet that holds it makes its own list longer, and no other field: tabs and ends of lines are escaped. */
const BETWEEN = "\u001f";

function failed(what: string, where: string, stderr: RunResult["stderr"]): UserError {
  const last = stderr.trim().split("\n").at(-1) || "it said nothing";
  return new UserError(
    `${where}: ${what} the packets failed: ${last}`,
    "exploreiot status says how the service is; a smaller --packets takes less memory",
  );
}
