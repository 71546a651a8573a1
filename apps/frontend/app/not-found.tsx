import { headers } from "next/headers";
import { chooseLanguage } from "@/lib/text/language";
import { textsIn } from "@/lib/text/texts";

export default async function NotFound() {
  const texts = textsIn(chooseLanguage((await headers()).get("accept-language")));
  return (
    <main className="notice">
      <h1>{texts.notFound}</h1>
      <p>
        {/* A plain link: a full load starts over, no matter what led here. */}
        <a href="/">{texts.home}</a>
      </p>
    </main>
  );
}
