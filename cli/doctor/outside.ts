import { UserError } from "../../core/errors.ts";
import { remoteScheme } from "../../runners/docker/remote.ts";
import { type Finding, ok, problem, unknown } from "../../runners/doctor/finding.ts";
import { serverName } from "../../runners/outside.ts";
import { logIn } from "../outside-login.ts";
import type { Synthesized } from "../synthesize.ts";

const ID = "outside.answers";

/** Each server outside, from its name to a login, from this machine. */
export const outsideAnswers = (synthesized: Synthesized): Promise<readonly Finding[]> =>
  Promise.all(
    (synthesized.stack.outside ?? []).map(async (server): Promise<Finding> => {
      if (remoteScheme() !== undefined)
        return unknown(
          ID,
          `${serverName(server)}: the engine is on another machine, and what that one reaches cannot be seen from here`,
          "exploreiot doctor page asks the programs that use it",
        );
      try {
        return ok(ID, `${serverName(server)}: ${await logIn(synthesized, server)}`);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return problem(ID, error.message, ...error.remedy);
      }
    }),
  );
