"use client";

import { chooseLanguage } from "@/lib/text/language";
import { textsIn } from "@/lib/text/texts";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  const texts = textsIn(
    chooseLanguage(typeof document === "undefined" ? null : document.documentElement.lang),
  );
  return (
    <main className="notice">
      <h1>{texts.broken}</h1>
      <button type="button" className="button" onClick={reset}>
        {texts.reload}
      </button>
    </main>
  );
}
