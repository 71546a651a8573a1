// The only reader of the environment. Values are read when the server runs, so one image serves any domain.

import { isIP } from "node:net";

export interface Settings {
  /** Address browsers use for the backend; `{host}` stands for the host name of the request. Empty: same origin. */
  readonly publicBackendUrl: string;
  readonly apiPrefix: string;
  /** Host names without ports, lower-case; `*` stands for any. */
  readonly allowedHosts: readonly string[];
  /** IP addresses that bring the connections of many clients, as the edge does. */
  readonly trustedProxies: readonly string[];
  /** Open connections of one client; a browser opens about ten. */
  readonly connectionsPerClient: number;
  /** A sensor without an interval of its own is shown as silent after this long. @default - as the backend says */
  readonly silentAfterSeconds: number | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `the settings of the frontend are not usable:\n${problems.map((problem) => `- ${problem}`).join("\n")}`,
    );
  }
}

const LOOPBACK_HOSTS = "localhost,127.0.0.1,[::1]";
const PREFIX = /^(\/[A-Za-z0-9._~-]+)*$/;

export function readSettings(env: Environment): Settings {
  const problems: string[] = [];
  const settings: Settings = {
    publicBackendUrl: readUrl(env, "PUBLIC_BACKEND_URL", problems),
    apiPrefix: readPrefix(env, problems),
    allowedHosts: readHosts(env, problems),
    trustedProxies: readAddresses(env, problems),
    connectionsPerClient: readConnections(env, "MAX_CONNECTIONS_PER_CLIENT", problems),
    silentAfterSeconds: readSeconds(env, "SILENT_AFTER_SECONDS", problems),
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

function given(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function readUrl(env: Environment, name: string, problems: string[]): string {
  const value = (given(env, name) ?? "").replace(/\/+$/, "");
  if (value !== "" && !isOrigin(value.replace("{host}", "host.invalid"))) {
    problems.push(
      `${name}: "${value}" is not an address; allowed is http or https, a host and a port, without path or user; write for example http://{host}:8000`,
    );
  }
  return value;
}

function isOrigin(text: string): boolean {
  try {
    const url = new URL(text);
    // Spelt out rather than compared with url.origin, which drops a port that is the default one.
    return /^https?:$/.test(url.protocol) && url.pathname === "/" && !/[\s;,'"@?#]/.test(text);
  } catch {
    return false;
  }
}

function readPrefix(env: Environment, problems: string[]): string {
  // An empty prefix is a setting of its own: the backend may answer at the root.
  const value = (env.PUBLIC_API_PREFIX ?? "/api").trim().replace(/\/+$/, "");
  if (!PREFIX.test(value)) {
    problems.push(
      `PUBLIC_API_PREFIX: "${value}" is not a path; allowed are letters, digits and ._~- after each slash; write for example /api`,
    );
  }
  return value;
}

function readHosts(env: Environment, problems: string[]): string[] {
  const hosts = list(given(env, "ALLOWED_HOSTS") ?? LOOPBACK_HOSTS)
    // An IPv6 address as it stands in a Host header.
    .map((host) => (/^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f.:]*$/.test(host) ? `[${host}]` : host));
  for (const host of hosts.filter((host) => !isHostName(host))) {
    problems.push(
      `ALLOWED_HOSTS: "${host}" is not a host name; allowed are names and addresses without scheme or port; write for example iot.example.org`,
    );
  }
  return hosts;
}

function isHostName(host: string): boolean {
  return host === "*" || /^\[[0-9a-f:.]+\]$/.test(host) || /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/.test(host);
}

function readAddresses(env: Environment, problems: string[]): string[] {
  const addresses = list(env.TRUSTED_PROXIES);
  for (const address of addresses.filter((address) => isIP(address) === 0)) {
    problems.push(
      `TRUSTED_PROXIES: "${address}" is not an IP address; allowed are addresses, separated by commas; write for example 172.30.1.2`,
    );
  }
  return addresses;
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "");
}

function readConnections(env: Environment, name: string, problems: string[]): number {
  const text = given(env, name);
  const value = text === undefined ? 100 : Number(text);
  if (!Number.isInteger(value) || value < 1)
    problems.push(`${name}: "${text}" is not a number of connections; allowed are whole numbers from 1 on`);
  return value;
}

function readSeconds(env: Environment, name: string, problems: string[]): number | undefined {
  const text = given(env, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 604_800) {
    problems.push(`${name}: "${text}" is not a duration; allowed are whole seconds from 1 to 604800`);
  }
  return value;
}
