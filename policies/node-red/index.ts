import type { Policy } from "../policy.ts";
import { editorAsksForALogin } from "./editor-asks-for-a-login.ts";
import { editorIsNotPublished } from "./editor-is-not-published.ts";

export const nodeRed: readonly Policy[] = [editorAsksForALogin, editorIsNotPublished];
