/** The scheme of `DOCKER_HOST` when the engine is on another machine (`ssh`, `tcp`), else undefined. */
export const remoteScheme = (): string | undefined =>
  /^(ssh|tcp|https?):/.exec(process.env.DOCKER_HOST ?? "")?.[1];
