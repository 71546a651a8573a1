import type { Resource } from "../document.ts";
import { commandOf } from "./environment.ts";
import { remembered } from "./remembered.ts";

export const runsUvicorn = remembered((resource: Resource): boolean =>
  commandOf(resource).some((word) => word === "uvicorn" || word.endsWith("/uvicorn")),
);
