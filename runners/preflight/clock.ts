import { MOST_APART_SECONDS } from "../../core/fresh.ts";
import { engineInfo } from "../docker/engine-info.ts";
import type { PreflightProblem } from "./facts.ts";

/** The engine's clock next to this machine's, and both next to the day the images are from. */
export async function clockProblems(builtOn: string): Promise<readonly PreflightProblem[]> {
  const { SystemTime = "" } = await engineInfo();
  return compareClocks({ here: new Date(), engine: new Date(SystemTime), builtOn });
}

interface Clocks {
  readonly here: Date;
  readonly engine: Date;
  readonly builtOn: string;
}

/** Certificates are dated by this machine and judged by the engine's and the clients'. */
export function compareClocks({ here, engine, builtOn }: Clocks): readonly PreflightProblem[] {
  const apart = Math.round(Math.abs(here.getTime() - engine.getTime()) / 1000);
  const early = [
    { who: "this machine", time: here },
    { who: "the engine's machine", time: engine },
  ].filter(({ time }) => time.getTime() < Date.parse(builtOn));
  return [
    ...(apart <= MOST_APART_SECONDS
      ? []
      : [
          {
            problem: `clock: the engine says ${engine.toISOString()}, this machine ${here.toISOString()}: ${apart} s apart; allowed: ${MOST_APART_SECONDS}`,
            remedy: "set both by a time service (timedatectl set-ntp true)",
          },
        ]),
    ...early.map(({ who, time }) => ({
      problem: `clock: ${who} says ${time.toISOString()}, before the images' packages of ${builtOn}`,
      remedy: "set both by a time service (timedatectl set-ntp true)",
    })),
  ];
}
