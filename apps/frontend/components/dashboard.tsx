"use client";

import { useEffect, useState } from "react";
import { Api } from "@/lib/data/api";
import { NO_SETTINGS } from "@/lib/data/sensor-settings";
import { sortedNames } from "@/lib/data/sensors";
import { Feed } from "@/lib/live/feed";
import { socketAddress } from "@/lib/live/socket-address";
import type { PublicSettings } from "@/lib/server/addresses";
import { Format } from "@/lib/text/format";
import type { Language } from "@/lib/text/language";
import { textsIn } from "@/lib/text/texts";
import { AlarmsPanel } from "./alarms-panel";
import { ChainStrip } from "./chain-strip";
import { ConnectionBadge } from "./connection-badge";
import { DevicesPanel } from "./devices-panel";
import { HealthNotice } from "./health-notice";
import { HistoryTable } from "./history-table";
import { ReadingsPanel } from "./readings-panel";
import { RejectsPanel } from "./rejects-panel";
import { SendForm } from "./send-form";
import { SensorGrid } from "./sensor-grid";
import { SettingsContext } from "./sensor-settings-context";
import { type Ui, UiContext, useFeed, useUi } from "./ui-context";
import { useLoad } from "./use-load";
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
    silentAfterSeconds: settings.silentAfterSeconds,
  };
}

const loadSettings = (api: Api) => api.sensorSettings();

function Layout() {
  const { texts } = useUi();
  const settings = useLoad(loadSettings);
  return (
    <SettingsContext value={settings.data ?? NO_SETTINGS}>
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
        <ChainStrip />
      </header>
      <HealthNotice />
      <Content />
    </SettingsContext>
  );
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M5 18h5l3-8 5 13 3-8h6" />
    </svg>
  );
}

function Content() {
  // The list keeps its order by state, and the sensor that is shown must not change with it.
  const first = useFeed(({ sensors }) => sortedNames(sensors)[0]);
  const { selection, select, zoom, zoomBack } = useSelection();
  const sensor = selection.sensor ?? first;
  const show = (name: string) =>
    select({ sensor: name, others: selection.others.filter((other) => other !== name) });
  return (
    <div className="page">
      <SensorGrid selected={sensor} onSelect={show} />
      <main id="readings" className="main" tabIndex={-1}>
        {sensor !== undefined && (
          <ReadingsPanel
            key={sensor}
            selection={{ ...selection, sensor }}
            select={(change) => select({ sensor, ...change })}
            zoom={zoom}
            zoomBack={zoomBack}
          />
        )}
        <div className="columns">
          {sensor !== undefined && <HistoryTable key={sensor} sensor={sensor} />}
          <AlarmsPanel onSelect={show} />
          <DevicesPanel />
          <RejectsPanel />
        </div>
        <SendForm sensor={sensor ?? ""} />
      </main>
    </div>
  );
}
