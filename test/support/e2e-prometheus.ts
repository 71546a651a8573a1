import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { docker } from "./e2e.ts";

const folder = join(projectRoot, "examples/observability");
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");

/** The example's configuration, which asks and judges every 2 s, so that a test need not wait for a quarter of a minute. */
export const impatient = (): string =>
  textOf("prometheus/prometheus.yml").replaceAll("_interval: 15s", "_interval: 2s").replaceAll("{", "{{");

/** The queries of each dashboard that go to Prometheus, by the title of their panel. */
export function dashboardQueries(): readonly (readonly [string, string])[] {
  const { panels } = JSON.parse(textOf("grafana/services.json")) as {
    panels: readonly { title: string; targets: readonly { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));
}

/** A Prometheus that nobody outside of its deployment reaches, asked from inside its container's network namespace. */
export class Prometheus {
  readonly container: string;
  readonly #image: () => Promise<string>;

  /** @param image that has Python */
  constructor(container: string, image: () => Promise<string>) {
    this.container = container;
    this.#image = image;
  }

  /** The answers of its API at these paths, in order. */
  async #asked<T>(paths: readonly string[]): Promise<readonly T[]> {
    const script = `
import json, sys, urllib.request
print(json.dumps([json.load(urllib.request.urlopen("http://127.0.0.1:9090/api/v1/" + path))["data"] for path in sys.argv[1:]]))`;
    const network = `container:${this.container}`;
    const image = await this.#image();
    return JSON.parse(
      await docker("run", "--rm", "--network", network, image, "python3", "-c", script, ...paths),
    );
  }

  /** `instance health` of each target. */
  async targets(): Promise<readonly string[]> {
    const [found] = await this.#asked<{
      activeTargets: readonly { labels: { instance: string }; health: string }[];
    }>(["targets"]);
    return (found?.activeTargets ?? []).map(({ labels, health }) => `${labels.instance} ${health}`);
  }

  /** The series that each query finds: its labels, and its value as text. */
  async query(...queries: readonly string[]) {
    const found = await this.#asked<{
      result: readonly { metric: Readonly<Record<string, string>>; value: readonly [number, string] }[];
    }>(queries.map((query) => `query?query=${encodeURIComponent(query)}`));
    return found.map(({ result }) => result.map(({ metric, value: [, value] }) => ({ metric, value })));
  }

  /** Names of the alerts that ring, or wait for the end of their `for`. */
  async alerts(): Promise<readonly string[]> {
    const [found = []] = await this.query("ALERTS");
    return [...new Set(found.map(({ metric }) => metric.alertname as string))].toSorted();
  }

  /** Runs the tests of the rules that it was given, with the promtool of its own image. */
  async testRules(): Promise<string> {
    const script =
      "mkdir /dev/shm/rules && cd /dev/shm/rules && cp /run/exploreiot/alerts.yml . && cat >alerts.test.yml && promtool test rules alerts.test.yml";
    const { stdout } = await run(["docker", "exec", "-i", this.container, "sh", "-c", script], {
      input: textOf("prometheus/alerts.test.yml"),
    });
    return stdout;
  }
}
