import { createRequire } from "node:module";

/**
 * cdktf notes for each token the whole stack on which it was made, for its own error messages, and vitest looks up the
 * source of each line: a third of every synthesis. Nothing that is tested reads them.
 */
const stackTrace = createRequire(import.meta.url)("cdktf/lib/tokens/private/stack-trace.js");
stackTrace.captureStackTrace = () => [];
