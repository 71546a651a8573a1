import type { Deployment } from "../config/parse.ts";
export function prepareFiles(_d: Deployment, _c: object, _h: string): void {
  throw new Error("not yet");
}
