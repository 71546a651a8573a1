/** Runs before the first request: a wrong setting ends the container at once instead of failing each page. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { prepareServer } = await import("@/lib/server/prepare");
  prepareServer();
}
