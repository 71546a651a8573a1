import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { connection } from "next/server";
import { Dashboard } from "@/components/dashboard";
import { publicSettings } from "@/lib/server/addresses";
import { currentSettings } from "@/lib/server/current-settings";
import { parseHost } from "@/lib/server/host";
import { chooseLanguage } from "@/lib/text/language";

export default async function Page() {
  // Without a request there is no host, no language and no nonce: the page is never rendered ahead.
  await connection();
  const requestHeaders = await headers();
  const host = parseHost(requestHeaders.get("host"));
  if (host === undefined) notFound();
  return (
    <Dashboard
      settings={publicSettings(currentSettings(), host)}
      language={chooseLanguage(requestHeaders.get("accept-language"))}
    />
  );
}
