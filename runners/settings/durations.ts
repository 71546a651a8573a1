/** Seconds of a duration as the kit writes it for Go: `1m30s`, `500ms`. */
export function seconds(duration = "0s"): number {
  const [, hours = 0, minutes = 0, rest = 0, milliseconds = 0] =
    /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:(\d+)ms)?$/.exec(duration) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest) + Number(milliseconds) / 1000;
}

/** A time in the engine's nanoseconds, or in the provider's spelling, in one spelling: `90s`; nothing for none. */
export function duration(time: unknown): string {
  const value = typeof time === "number" ? time / 1e9 : seconds(time as string | undefined);
  return value === 0 ? "" : `${value}s`;
}
