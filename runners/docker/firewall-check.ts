import { UserError } from "../../core/errors.ts";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import { type EngineInfo, engineInfo, isRootless } from "./engine-info.ts";
import { askFirewall, firewallOf, refusal } from "./firewall.ts";
import { withPlainClient } from "./plain-client.ts";
import { blindSpots, publishingOf, refuseDeadListeners } from "./publishing.ts";

const OFF = "or set firewall.enabled: false in the configuration, and filter in front of it";

/**
 * Tells apart the engines whose network namespace is not the machine's: rules made there would guard nothing.
 *
 * @throws UserError with what to do instead
 */
export async function refuseUnguardableEngine(stack: Stack, report: Report): Promise<void> {
  if (firewallOf(stack) === undefined) return;
  const info = await engineInfo();
  const reason = unguardable(info);
  if (reason !== undefined) throw reason;
  if (info.FirewallBackend?.Driver.startsWith("nftables")) {
    report("firewall: the engine uses its nftables backend, next to which the rules were not tried yet");
  }
}

export function unguardable(info: EngineInfo): UserError | undefined {
  if (isRootless(info)) {
    return new UserError(
      "the firewall cannot work with a rootless engine: it has a network of its own, and no say in the machine's",
      "use an engine that runs as root",
      OFF,
    );
  }
  if (/Docker Desktop/.test(info.OperatingSystem ?? "")) {
    return new UserError(
      "the firewall cannot work with Docker Desktop: the engine runs in a virtual machine, behind the ports of this one",
      "deploy to a Linux server (DOCKER_HOST=ssh://…)",
      OFF,
    );
  }
  return undefined;
}

/**
 * Has the image of the firewall try the rules on the machine of the engine, without applying them: that nftables works
 * there, that the engine filters packets, that the interfaces exist, that the kernel takes each rule, and that each
 * listener will be answered.
 *
 * @returns what the rules will not see
 * @throws UserError with the container's reason and what to do
 */
export async function probeFirewall(stack: Stack): Promise<readonly string[]> {
  const spec = firewallOf(stack);
  if (spec === undefined) return [];
  const { code, stdout, stderr } = await withPlainClient((env) =>
    run(["docker", "run", "--rm", "--interactive", ...confinement(spec), spec.image, "firewall", "probe"], {
      env,
      input: rulesOf(stack, spec),
      expected: [0, 1, 3, 125, 126, 127],
    }),
  );
  if (code !== 0) throw refusal(stderr);
  const publishing = publishingOf(stdout);
  refuseDeadListeners(stack, publishing);
  return blindSpots(stack, publishing);
}

/** Packets that the rules of a firewall do not see: without one, all that comes from other machines. */
export async function firewallWarnings(stack: Stack): Promise<readonly string[]> {
  if (firewallOf(stack) === undefined) return unguarded(stack);
  try {
    return blindSpots(stack, publishingOf(await askFirewall(stack.name, "firewall", "status")));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function unguarded({ listeners }: Stack): readonly string[] {
  const open = listeners
    .filter(({ address }) => !/^(127\.|::1$)/.test(address))
    .map(({ listener }) => listener);
  if (open.length === 0) return [];
  return [
    `the firewall is off: nothing bounds what one source opens (${open.join(", ")}), and containers of the networks edge and broker reach other machines and this one; set firewall.enabled: true, or filter in front of it`,
  ];
}

/** The task after a deployment of rules for the whole machine; none for other rules. */
export function confirmationNotice(stack: Stack): readonly string[] {
  const seconds = stack.firewall?.confirmSeconds ?? 0;
  return seconds === 0
    ? []
    : [
        `firewall: the rules for the whole machine are taken back ${seconds} s after they are applied, unless somebody logs in again and runs: exploreiot firewall confirm -c ${stack.name}`,
      ];
}

/** As the container itself will run. */
function confinement({ block }: ContainerSpec): readonly string[] {
  return [
    ...["--network", block.network_mode ?? "", "--user", block.user ?? "", "--read-only"],
    ...(block.capabilities?.drop ?? []).flatMap((name) => ["--cap-drop", name]),
    ...(block.capabilities?.add ?? []).flatMap((name) => ["--cap-add", name]),
    ...(block.security_opts ?? []).flatMap((option) => ["--security-opt", option]),
    ...(block.env ?? []).flatMap((variable) => ["--env", variable]),
  ];
}

/** The text that the delivery job hands over. */
function rulesOf({ containers }: Stack, { name }: ContainerSpec): string {
  const [upload] = containers.find((container) => container.name === `${name}-files`)?.uploads ?? [];
  if (upload === undefined || !("content" in upload)) throw new Error(`${name} has no rules in the stack`);
  return upload.content;
}
