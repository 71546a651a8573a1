import type { Policy } from "../policy.ts";
import { dataIsNotDestroyed } from "./data-is-not-destroyed.ts";

export const volumes: readonly Policy[] = [dataIsNotDestroyed];
