import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { type RunResult, run } from "../../runners/run.ts";
import { TestDeployment } from "./e2e.ts";
import type { Namespaces } from "./e2e-namespaces.ts";
import type { PrivateEngine } from "./e2e-private-engine.ts";

/** Ends the time in which new rules are to be confirmed, which is far longer than any test may take: nobody waits for it. */
export const endTimeToConfirm = (engine: PrivateEngine, firewall: string): Promise<string> =>
  engine.output("exec", firewall, "sh", "-c", "cd /run/firewall && echo 0 >past && mv past deadline");

/** A deployment on a private engine; the kit runs next to that engine, in the machine's namespace. */
export class GuardedDeployment extends TestDeployment {
  readonly #namespaces: Namespaces;
  readonly #engine: PrivateEngine;

  constructor(config: DeploymentInput, namespaces: Namespaces, engine: PrivateEngine) {
    super(config);
    this.#namespaces = namespaces;
    this.#engine = engine;
  }

  override kit(verb: string, ...args: readonly string[]): Promise<RunResult> {
    return this.#run(verb, "--config", this.site, ...args);
  }

  firewall(action: "status" | "confirm", ...args: readonly string[]): Promise<RunResult> {
    return this.#run("firewall", action, this.name, ...args);
  }

  #run(...args: readonly string[]): Promise<RunResult> {
    const inside = ["nsenter", `--net=/run/netns/${this.#namespaces.machine}`, "--"] as const;
    return run([...inside, process.execPath, `${projectRoot}/bin/exploreiot.js`, ...args], {
      env: { DOCKER_HOST: this.#engine.host },
      expected: [0, 1, 2, 70, 130],
    });
  }
}
