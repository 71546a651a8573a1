import { currentSettings } from "./current-settings";

export function checkSettings(): void {
  try {
    currentSettings();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
