import { z } from "zod";

/** The output of every verb where it fails: the same as on standard error, for programs. */
export const errorOutput = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    remedy: z.array(z.string()).readonly().describe("the remedy, one step each"),
    bug: z.boolean().describe("whether it is the kit's own fault: exit code 70"),
  }),
});
