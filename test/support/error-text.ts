import { UserError } from "../../core/errors.ts";

/** The text that a person would read if `work` failed as it should; anything but a UserError is thrown on. */
export async function errorText(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError) return error.render();
    throw error;
  }
  throw new Error("nothing was thrown");
}
