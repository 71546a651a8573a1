"use client";

import { useEffect, useState } from "react";
import { Api } from "@/lib/data/api";
import { SeriesLoader } from "@/lib/data/load-series";
import { sortedNames } from "@/lib/data/sensors";
import { Feed } from "@/lib/live/feed";
import { socketAddress } from "@/lib/live/socket-address";
import type { PublicSettings } from "@/lib/server/addresses";
import { Format } from "@/lib/text/format";
import type { Language } from "@/lib/text/language";
import { textsIn } from "@/lib/text/texts";
import { ConnectionBadge } from "./connection-badge";
import { ConnectionNotice } from "./connection-notice";
import { HistoryTable } from "./history-table";
import { ReadingsPanel } from "./readings-panel";
import { SendForm } from "./send-form";
import { SensorList } from "./sensor-list";
import { type Ui, UiContext, useFeedState, useUi } from "./ui-context";
import { useSelection } from "./use-selection";

export function Dashboard(props: { settings: PublicSettings; language: Language }) {
  const [ui] = useState(() => createUi(props.settings, props.language));
  useEffect(() => {
    ui.feed.start();
    return () => ui.feed.stop();
  }, [ui]);
  useEffect(() => {
    window.addEventListener("online", ui.feed.retryNow);
    return () => window.removeEventListener("online", ui.feed.retryNow);
  }, [ui]);
  return (
    <UiContext value={ui}>
      <Layout />
    </UiContext>
  );
}

function createUi(settings: PublicSettings, language: Language): Ui {
  const api = new Api(settings.api);
  return {
    texts: textsIn(language),
    format: new Format(language),
    api,
    feed: new Feed({
      api,
      socketUrl: settings.socket,
      connect: (url) => new WebSocket(socketAddress(url, window.location.href)),
    }),
    series: new SeriesLoader(api),
    silentAfterSeconds: settings.silentAfterSeconds,
    rejectsPath: `${settings.api}/rejets`,
  };
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M5 18h5l3-8 5 13 3-8h6" />
    </svg>
  );
}

function Layout() {
  const { texts } = useUi();
  const { sensors } = useFeedState();
  const [selection, select] = useSelection();
  const sensor = selection.sensor ?? sortedNames(sensors, "")[0];
  return (
    <>
      <a className="skip" href="#readings">
        {texts.skip}
      </a>
      <header className="top">
        <div className="top-inner">
          <h1 className="brand">
            <Mark /> ExploreIOT <span className="brand-part">{texts.title}</span>
          </h1>
          <ConnectionBadge />
        </div>
      </header>
      <ConnectionNotice />
      <div className="page">
        <SensorList selected={sensor} onSelect={(name) => select({ sensor: name })} />
        <main id="readings" className="main" tabIndex={-1}>
          {sensor !== undefined && (
            <ReadingsPanel
              key={sensor}
              sensor={sensor}
              range={selection.range}
              onRange={(range) => select({ sensor, range })}
            />
          )}
          <div className="columns">
            {sensor !== undefined && <HistoryTable key={sensor} sensor={sensor} />}
            <SendForm sensor={sensor ?? ""} />
          </div>
        </main>
      </div>
    </>
  );
}
