import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { chooseLanguage, type Language } from "@/lib/text/language";
import { textsIn } from "@/lib/text/texts";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/top.css";
import "./styles/layout.css";
import "./styles/sensors.css";
import "./styles/readings.css";
import "./styles/history.css";
import "./styles/form.css";

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f5f7f9" },
    { media: "(prefers-color-scheme: dark)", color: "#0f151b" },
  ],
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: `ExploreIOT – ${textsIn(await requestLanguage()).title}` };
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const language = await requestLanguage();
  return (
    <html lang={language}>
      <body>
        {children}
        <noscript>
          <p className="notice">{textsIn(language).noScript}</p>
        </noscript>
      </body>
    </html>
  );
}

async function requestLanguage(): Promise<Language> {
  return chooseLanguage((await headers()).get("accept-language"));
}
