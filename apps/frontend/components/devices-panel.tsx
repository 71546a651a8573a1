"use client";

import type { Api } from "@/lib/data/api";
import { type Device, sortedDevices } from "@/lib/data/devices";
import { fill } from "@/lib/text/texts";
import { LoadNotice } from "./load-notice";
import { Scroll } from "./scroll";
import { useUi } from "./ui-context";
import { useLoad } from "./use-load";

const AGAIN_MS = 30_000;
const MOST_ROWS = 200;
const load = async (api: Api) => sortedDevices(await api.devices());

/** Which devices the broker says are there, by their last will. */
export function DevicesPanel() {
  const { texts } = useUi();
  const { data: devices, status, retry } = useLoad(load, AGAIN_MS);
  return (
    <section className="panel" aria-labelledby="devices-heading" data-testid="devices">
      <h2 id="devices-heading">{texts.devices.heading}</h2>
      <LoadNotice status={status} retry={retry} loading={texts.load.loading} failed={texts.devices.failed} />
      {devices !== undefined && <Rows devices={devices} />}
    </section>
  );
}

function Rows({ devices }: { devices: readonly Device[] }) {
  const { texts, format } = useUi();
  if (devices.length === 0) return <p className="quiet">{texts.devices.none}</p>;
  const online = devices.filter(({ isOnline }) => isOnline).length;
  return (
    <>
      <p className="quiet">{fill(texts.devices.count, { online, count: devices.length })}</p>
      <Scroll label={texts.devices.list}>
        <ul className="entries">
          {devices.slice(0, MOST_ROWS).map(({ name, isOnline, since }) => (
            <li key={name} className="entry">
              <span className="entry-name" data-status={isOnline ? "live" : "silent"}>
                <span className="dot" aria-hidden="true" /> {name}
              </span>
              <span>{texts.devices[isOnline ? "online" : "offline"]}</span>
              {since !== undefined && (
                <span className="quiet">{fill(texts.chain.since, { time: format.dateTime(since) })}</span>
              )}
            </li>
          ))}
        </ul>
      </Scroll>
    </>
  );
}
