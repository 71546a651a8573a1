import { config } from "zod";

/**
 * zod writes and compiles a program for each object that it reads, at the first of a kind: a tenth of a command, which reads few
 * of each. Imported before anything that makes a schema.
 */
config({ jitless: true });
