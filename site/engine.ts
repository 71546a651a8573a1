import { z } from "zod";
import { text } from "../core/formats.ts";

/** Anyone who reaches an engine in clear text is root on its machine. */
const address = text(
  /^(?:unix:\/\/\/[A-Za-z0-9._/-]+|ssh:\/\/(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?|tcp:\/\/[A-Za-z0-9][A-Za-z0-9.-]*:\d{1,5})$/,
  'the address of an engine: "ssh://user@host", "unix:///path/of/a/socket", or "tcp://host:2376" with certificates',
);

/** Where an engine is, as a site file says it. */
export const engineAddress = z
  .strictObject({
    host: address.describe("ssh://user@host, unix:///path, or tcp://host:2376, which needs certificates"),
    certificates: z
      .string()
      .min(1)
      .optional()
      .describe("a folder with ca.pem, cert.pem and key.pem, relative to the site file; for tcp:// alone"),
  })
  .refine(({ host, certificates }) => host.startsWith("tcp:") === (certificates !== undefined), {
    path: ["certificates"],
    error: "a folder of certificates for tcp://, which is clear text without them, and none for any other",
  });

/** The engine that a deployment runs on. */
export const engine = engineAddress
  .optional()
  .describe(
    "the Docker engine of this deployment; default: DOCKER_HOST, or what docker context use has chosen",
  );

export type Engine = NonNullable<z.output<typeof engine>>;
