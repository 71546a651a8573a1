import { join } from "node:path";
import { App, Aspects, type TerraformStack } from "../constructs/cdktf.ts";
import type { DeploymentScope } from "../constructs/deployment-scope.ts";
import { Images } from "../constructs/images.ts";
import { keepData } from "../constructs/kept-data.ts";
import { PrivateNetwork } from "../constructs/private-network.ts";
import { ProbeProgram } from "../constructs/probe-program.ts";
import { UserError } from "../core/errors.ts";
import { deploymentHome } from "../core/home.ts";
import { configError } from "../core/problems.ts";
import { describeSource } from "../core/secret-source.ts";
import { SecretStore } from "../core/secrets.ts";
import { closest } from "../core/template.ts";
import type { Policy } from "../policies/policy.ts";
import type { Deployment } from "../services/deployment.ts";
import { Firewall } from "../services/firewall/firewall.ts";
import { refuseOtherKey } from "../services/mosquitto/bridge.ts";
import { outsideOf } from "../services/outside.ts";
import { outsideSecrets } from "../services/outside-setup.ts";
import type { ServiceScope } from "../services/service-scope.ts";
import type { NetworkName } from "../site/settings.ts";
import { deploymentFacts } from "./deployment-facts.ts";
import { judgeAtSynthesis } from "./gate.ts";

/** The bindings were generated from 3.6; 4.5 is what the rules of docs/architecture.md were measured with. */
const PROVIDER_VERSION = "~> 4.5";

export interface Judging {
  /** Whether every stack of the app is judged when it is synthesized. @default true */
  readonly judged?: boolean;

  /** Rules of one's own that this stack meets as well, see `loadOwnRules`. @default - the deployment names none */
  readonly ownRules?: readonly Policy[];

  /** Takes what the rules tell of the stacks of an app that they let pass, a line each. @default console.log */
  readonly say?: (line: string) => void;
}

/**
 * The things that the kit's constructs need in a stack, to be made once in each. The stack has its `DockerProvider`; where the
 * deployment has a firewall, it is up before any other container of the kit.
 */
export function kitScope(
  stack: TerraformStack,
  deployment: Deployment,
  { judged = true, ownRules, say }: Judging = {},
): ServiceScope {
  if (judged) judgeAtSynthesis(stack, ownRules ?? noRulesOf(deployment), say);
  const stackFolder = join(App.of(stack).outdir, "stacks", stack.node.id);
  stack.addOverride("//.exploreiot", deploymentFacts(deployment, stackFolder));
  stack.addOverride("terraform.required_providers.docker.version", PROVIDER_VERSION);
  const home = deploymentHome(deployment.name);
  // A stack that nobody deploys may be made without their values.
  const secrets = new SecretStore(home, judged ? Object.keys(deployment.secrets) : []);
  if (judged) refuseOtherKey(deployment, secrets);
  // No container is given the passwords of devices at a broker outside: they are made, or taken, here.
  for (const name of outsideSecrets(deployment)) secrets.value(name);
  // Aspects see a stack last: what was added to it from outside is there by then.
  Aspects.of(stack).add({
    visit: (node) => {
      if (node !== stack) return;
      keepData(stack, deployment, home);
      refuseUnused(deployment, secrets);
    },
  });
  const images = new Images(stack, "Images", deployment, stackFolder);
  const plain = { deployment, secrets, images, stackFolder };
  let program: ProbeProgram | undefined;
  const probeProgram = () => {
    program ??= new ProbeProgram(stack, "ProbeProgram", plain);
    return program;
  };
  const probed = { ...plain, probeProgram };
  const unguarded: ServiceScope = { ...probed, network: networksIn(stack, probed) };
  return deployment.firewall.enabled
    ? { ...unguarded, firewall: new Firewall(stack, "Firewall", unguarded) }
    : unguarded;
}

/** Ids of their constructs, which are parts of addresses in Terraform's state. */
const NETWORK_IDS = { edge: "Edge", broker: "Broker", data: "Data" } as const;

/** A network whose broker is outside is there for the way to it, unless services of the user's own are on it. */
const isForLeaving = (name: NetworkName, deployment: Deployment): boolean =>
  name === "broker" &&
  outsideOf(deployment, "mosquitto") !== undefined &&
  deployment.programs.every(
    ({ application, networks }) => application === "backend" || !networks.includes(name),
  );

function networksIn(stack: TerraformStack, context: DeploymentScope<Deployment>): ServiceScope["network"] {
  const made = new Map<NetworkName, PrivateNetwork>();
  return (name) => {
    const network =
      made.get(name) ??
      new PrivateNetwork(stack, NETWORK_IDS[name], {
        ...{ name, internal: name === "data", apart: isForLeaving(name, context.deployment), context },
      });
    made.set(name, network);
    return network;
  };
}

/** A source whose secret nobody reads is a name that is misspelt: what was meant would be made by the kit. */
function refuseUnused({ name, secrets: sources }: Deployment, { asked }: SecretStore): void {
  const problems = Object.entries(sources)
    .filter(([secret]) => !asked.has(secret))
    .map(([secret, source]) => ({
      path: `secrets.${secret}`,
      got: describeSource(source),
      allowed: `a secret of this deployment: ${[...asked].sort().join(", ")}`,
      fix: didYouMean(secret, [...asked]),
    }));
  if (problems.length > 0) throw configError(name, problems);
}

function didYouMean(secret: string, known: readonly string[]): string {
  const best = closest(secret, known) ?? known.find((name) => name === `own-${secret}`);
  return best === undefined ? "remove it" : `did you mean ${best}?`;
}

/** Rules that are named have to be loaded, which a constructor cannot do. */
function noRulesOf({ name, policies }: Deployment): readonly Policy[] {
  if (policies.rules === undefined) return [];
  throw new UserError(
    `${name}: policies.rules names ${policies.rules}, and its rules were not handed over`,
    "make the stack with `await addDeployment(app, deployment)`, or give it `ownRules`",
  );
}
