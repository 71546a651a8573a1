import { backendPrograms } from "../backend/programs.ts";
import type { Configured } from "../deployment.ts";
import { frontendPrograms } from "../frontend/programs.ts";
import { ownPrograms } from "../own/programs.ts";
import type { Program } from "./program.ts";

/** Every program of the applications that are on: those of the backend, of the frontend, and the user's own services. */
export const programsOf = (deployment: Configured): readonly Program[] => [
  ...backendPrograms(deployment),
  ...frontendPrograms(deployment),
  ...ownPrograms(deployment),
];
