"use client";

import { useEffect, useState } from "react";
import { type Alarm, mergeAlarms } from "@/lib/data/alarms";
import type { Api } from "@/lib/data/api";
import { fill } from "@/lib/text/texts";
import { LoadNotice } from "./load-notice";
import { Scroll } from "./scroll";
import { useSensorSettings } from "./sensor-settings-context";
import { useUi } from "./ui-context";
import { useLoad } from "./use-load";

const MOST_ACTIVE = 200;
const MOST_PAST = 50;
const AGAIN_MS = 60_000;

/** Alarms that last, and those that ended not long ago. */
export function AlarmsPanel({ onSelect }: { onSelect: (sensor: string) => void }) {
  const { texts } = useUi();
  const { alarms, status, retry } = useAlarms();
  const active = alarms.filter(({ end }) => end === undefined);
  const past = alarms.filter(({ end }) => end !== undefined).slice(0, MOST_PAST);
  const pastTitle = fill(texts.alarms.past, { count: past.length });
  const isKnown = alarms.length > 0 || status === "loaded";
  return (
    <section className="panel" aria-labelledby="alarms-heading" data-testid="alarms">
      <h2 id="alarms-heading">{texts.alarms.heading}</h2>
      <LoadNotice status={status} retry={retry} loading={texts.load.loading} failed={texts.alarms.failed} />
      {isKnown && active.length === 0 && <p className="quiet">{texts.alarms.none}</p>}
      {active.length > 0 && <List alarms={active} onSelect={onSelect} label={texts.alarms.active} />}
      {past.length > 0 && (
        <details>
          <summary>{pastTitle}</summary>
          <List alarms={past} onSelect={onSelect} label={pastTitle} />
        </details>
      )}
    </section>
  );
}

interface ListProps {
  readonly alarms: readonly Alarm[];
  readonly label: string;
  readonly onSelect: (sensor: string) => void;
}

function List({ alarms, label, onSelect }: ListProps) {
  const { texts, format } = useUi();
  const { labelOf, quantityOf } = useSensorSettings();
  const text = ({ sensor, kind, value, limit }: Alarm) =>
    fill(texts.alarms.kinds[kind], {
      value: value === undefined ? "–" : quantityOf(sensor, value),
      limit: limit === undefined ? "–" : kind === "silent" ? format.age(limit) : quantityOf(sensor, limit),
    });
  return (
    <Scroll label={label}>
      <ul className="entries">
        {alarms.map((alarm) => (
          <li key={alarm.id}>
            <button type="button" className="entry" onClick={() => onSelect(alarm.sensor)}>
              <span className="entry-name" data-status={alarm.end === undefined ? alarm.kind : "ended"}>
                <span className="dot" aria-hidden="true" /> {labelOf(alarm.sensor)}
              </span>
              <span>{text(alarm)}</span>
              <span className="quiet">
                {format.dateTime(alarm.begin)}
                {alarm.end !== undefined && ` – ${format.dateTime(alarm.end)}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Scroll>
  );
}

/** An alarm that lasts for long is not among the newest, so both are asked for. */
async function load(api: Api): Promise<Alarm[]> {
  const [active, newest] = await Promise.all([
    api.alarms(MOST_ACTIVE, "active"),
    api.alarms(MOST_PAST, "all"),
  ]);
  return mergeAlarms(newest, active);
}

function useAlarms() {
  const { feed } = useUi();
  const { data, status, retry } = useLoad(load, AGAIN_MS);
  const [alarms, setAlarms] = useState<readonly Alarm[]>([]);
  useEffect(() => setAlarms(data ?? []), [data]);
  useEffect(
    () =>
      feed.onAlarm((alarm) =>
        setAlarms((old) => mergeAlarms(old, [alarm]).slice(0, MOST_ACTIVE + MOST_PAST)),
      ),
    [feed],
  );
  return { alarms, status, retry };
}
