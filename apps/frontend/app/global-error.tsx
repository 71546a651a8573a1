"use client";

import { english } from "@/lib/text/english";
import "./styles/tokens.css";
import "./styles/layout.css";

/** Stands in for the layout itself, so it can count on nothing, not even on the language of the request. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main className="notice">
          <h1>{english.broken}</h1>
          <button type="button" className="button" onClick={reset}>
            {english.reload}
          </button>
        </main>
      </body>
    </html>
  );
}
