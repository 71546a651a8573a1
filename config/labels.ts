/** The labels by which containers of the kit are known, on the engine and in the JSON. */
export const LABEL = {
  deployment: "exploreiot.deployment",
  role: "exploreiot.role",
  environment: "exploreiot.env",
  configHash: "exploreiot.config-hash",
  checkout: "exploreiot.checkout",
  pidsLimit: "exploreiot.pids-limit",
} as const;

/** What a container of the kit is for, such as `mosquitto-files`; the compose service has the same name. */
export const roleOf = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): string =>
  labels[LABEL.role] as string;
