import { PROBE_FOLDER } from "./container-folders.ts";

/** The program of images/probe, which asks a service at the address at which others reach it. */
export const PROBE_PROGRAM = `${PROBE_FOLDER}/probe`;

/** How it names itself in a request over HTTP (images/probe/probe.c). */
export const PROBE_AGENT = "exploreiot-probe";

/**
 * For how long one exec of the engine goes on asking a service that works. An exec costs the engine 60 to 90 ms of CPU: every
 * 2 s in six containers that was a quarter of a core, for ever (measured, Engine 20.10).
 */
const WINDOW_SECONDS = 300;

interface Rhythm {
  /** Between two checks of a service that works. */
  readonly restSeconds: number;

  /** For one check. */
  readonly timeoutSeconds: number;
}

/** The test of a healthcheck: the check as images/probe takes it, once until the service works, then again and again. */
export const probeCommand = (
  check: readonly string[],
  { restSeconds, timeoutSeconds }: Rhythm,
): readonly string[] => [
  ...["CMD", PROBE_PROGRAM, "steady", String(restSeconds * 1000), String(WINDOW_SECONDS * 1000)],
  ...[String(timeoutSeconds), ...check],
];

/** Until the engine ends an exec of it; a check that has no answer has failed before. */
export const probeTimeoutSeconds = ({ timeoutSeconds }: Pick<Rhythm, "timeoutSeconds">): number =>
  WINDOW_SECONDS + timeoutSeconds + 2;

/** A healthcheck's test without the repetition: a program of the image's own as it was declared, anything else as it is. */
export function checkIn(test: readonly string[]): readonly string[] {
  const [kind, program, steady, ...rest] = test;
  if (program !== PROBE_PROGRAM || steady !== "steady") return test;
  const [mode, ...command] = rest.slice(3);
  return mode === "run"
    ? [kind as string, ...command]
    : [kind as string, program, mode as string, ...command];
}
