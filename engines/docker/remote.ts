/** The scheme of `DOCKER_HOST` when the engine is on another machine (`ssh`, `tcp`), else undefined. */
export const remoteScheme = (): string | undefined =>
  /^(ssh|tcp|https?):/.exec(process.env.DOCKER_HOST ?? "")?.[1];

/** The name of the machine that `DOCKER_HOST` leads to when that is another one, else undefined. */
export const remoteHost = (): string | undefined =>
  remoteScheme() === undefined ? undefined : new URL(process.env.DOCKER_HOST ?? "").hostname;
