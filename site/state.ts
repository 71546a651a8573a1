import { z } from "zod";
import { httpUrl, text } from "../core/formats.ts";

/** Credentials never stand in a configuration: it ends up in the synthesized JSON, and that in artefacts of a CI. */
const address = httpUrl("an http or https URL").refine((url) => URL.parse(url)?.username === "", {
  error: "a URL without user and password: set TF_HTTP_USERNAME and TF_HTTP_PASSWORD in the environment",
});
const method = z.enum(["LOCK", "UNLOCK", "POST", "PUT", "DELETE"]);

/** Where Terraform keeps what it made. Each of these has a lock, so that two deploys cannot run at once. */
export const state = z
  .discriminatedUnion("backend", [
    z.strictObject({ backend: z.literal("local").describe("local: a file on the deploying machine") }),
    z.strictObject({
      backend: z.literal("http").describe("http: TF_HTTP_USERNAME, TF_HTTP_PASSWORD"),
      address: address.describe("where the state is read and written"),
      lockAddress: address.optional().describe("default: the same as `address`"),
      unlockAddress: address.optional().describe("default: the same as `lockAddress`"),
      lockMethod: method.default("LOCK").describe("how the lock is taken"),
      unlockMethod: method.default("UNLOCK").describe("how the lock is given back"),
    }),
    z.strictObject({
      backend: z.literal("pg").describe("pg: PG_CONN_STR"),
      schema: text(
        /^[a-z][a-z0-9_]{0,62}$/,
        "1 to 63 lower-case letters, digits and underscores, the first a letter",
      )
        .default("exploreiot_state")
        .describe("the schema of the database that holds it"),
    }),
    z.strictObject({
      backend: z.literal("s3").describe("s3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"),
      bucket: text(/^[a-z0-9][a-z0-9.-]{2,62}$/, "a bucket name").describe("the bucket that holds it"),
      key: z.string().min(1).optional().describe("default: exploreiot/<deployment>.tfstate"),
      region: z.string().min(1).default("us-east-1").describe("of the bucket"),
      endpoint: address.optional().describe("for a server that is not Amazon's"),
    }),
  ])
  .prefault({ backend: "local" });

export type StateSettings = z.output<typeof state>;
