import type { Resource } from "../document.ts";
import { commandOf } from "./environment.ts";

export const runsUvicorn = (resource: Resource): boolean =>
  commandOf(resource).some((word) => /(^|\/)uvicorn$/.test(word));
