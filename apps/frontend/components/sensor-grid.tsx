"use client";

import { useState } from "react";
import type { Api } from "@/lib/data/api";
import { isMeant, sortedByStatus } from "@/lib/data/sensors";
import { fill } from "@/lib/text/texts";
import { LoadNotice } from "./load-notice";
import { useSensorSettings } from "./sensor-settings-context";
import { SensorTile } from "./sensor-tile";
import { useFeed, useUi } from "./ui-context";
import { useLoad } from "./use-load";
import { useStatuses } from "./use-sensor";

interface SensorGridProps {
  readonly selected: string | undefined;
  readonly onSelect: (sensor: string) => void;
}

const FILTER_FROM = 8;
const MOST_TILES = 300;
const OVERVIEW_MS = 60_000;
const loadOverview = (api: Api) => api.overview();

/** All sensors at a glance, those that ask for attention first. */
export function SensorGrid({ selected, onSelect }: SensorGridProps) {
  const { texts } = useUi();
  const { labelOf } = useSensorSettings();
  const statuses = useStatuses();
  const [filter, setFilter] = useState("");
  const [showsAll, setShowsAll] = useState(false);
  const overview = useLoad(loadOverview, OVERVIEW_MS);
  const names = sortedByStatus(statuses).filter((name) => isMeant(filter, name, labelOf(name)));
  const shown = showsAll ? names : names.slice(0, MOST_TILES);
  return (
    <nav className="panel sensors" aria-labelledby="sensors-heading">
      <div className="sensors-head">
        <h2 id="sensors-heading">{texts.sensors.heading}</h2>
        <Counts statuses={[...statuses.values()]} />
      </div>
      {statuses.size >= FILTER_FROM && <Filter value={filter} onChange={setFilter} />}
      <Message isEmpty={names.length === 0} isFiltered={filter !== ""} />
      <ul className="tiles" data-testid="tiles">
        {shown.map((name) => (
          <SensorTile
            key={name}
            name={name}
            points={overview.data?.get(name)}
            isSelected={name === selected}
            onSelect={onSelect}
          />
        ))}
      </ul>
      {shown.length < names.length && (
        <button type="button" className="button" onClick={() => setShowsAll(true)}>
          {fill(texts.sensors.more, { count: names.length })}
        </button>
      )}
      {overview.status !== "absent" && overview.status !== "refused" && statuses.size > 0 && (
        <LoadNotice status={overview.status} retry={overview.retry} failed={texts.sensors.overviewFailed} />
      )}
    </nav>
  );
}

/** How many sensors ask for attention; the others need no words. */
function Counts({ statuses }: { statuses: readonly string[] }) {
  const { texts } = useUi();
  const counts = (["high", "low", "silent"] as const).map(
    (status) => [status, statuses.filter((other) => other === status).length] as const,
  );
  return (
    <p className="counts">
      {counts
        .filter(([, count]) => count > 0)
        .map(([status, count]) => (
          <span key={status} className="count" data-status={status}>
            <span className="dot" aria-hidden="true" /> {count} {texts.status[status]}
          </span>
        ))}
    </p>
  );
}

function Filter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { texts } = useUi();
  return (
    <input
      type="search"
      className="input"
      aria-label={texts.sensors.filter}
      placeholder={texts.sensors.filter}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** An empty list has several reasons, and each asks for something else from the person who looks at it. */
function Message({ isEmpty, isFiltered }: { isEmpty: boolean; isFiltered: boolean }) {
  const { texts, feed } = useUi();
  const listing = useFeed((state) => state.listing);
  if (listing === "refused") return <p className="quiet">{texts.sensors.refused}</p>;
  if (listing === "failed")
    return <LoadNotice status="failed" retry={feed.listAgain} failed={texts.sensors.failed} />;
  if (!isEmpty) return null;
  if (isFiltered) return <p className="quiet">{texts.sensors.noMatch}</p>;
  return <p className="quiet">{listing === "loading" ? texts.sensors.loading : texts.sensors.none}</p>;
}
