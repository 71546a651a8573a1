import { currentSettings } from "./current-settings";
import { guardConnections } from "./guard-connections";

/** The checks before the first connection. */
export function prepareServer(): void {
  try {
    guardConnections(currentSettings());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
