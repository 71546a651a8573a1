"use client";

import { useState } from "react";
import { sortedNames } from "@/lib/data/sensors";
import { fill } from "@/lib/text/texts";
import { RejectsNotice } from "./rejects-notice";
import { SensorRow } from "./sensor-row";
import { useFeedState, useUi } from "./ui-context";

interface SensorListProps {
  readonly selected: string | undefined;
  readonly onSelect: (sensor: string) => void;
}

const FILTER_FROM = 8;
const MOST_ROWS = 50;

export function SensorList({ selected, onSelect }: SensorListProps) {
  const { texts } = useUi();
  const { sensors } = useFeedState();
  const [filter, setFilter] = useState("");
  const [showsAll, setShowsAll] = useState(false);
  const names = sortedNames(sensors, filter);
  const shown = showsAll ? names : names.slice(0, MOST_ROWS);
  return (
    <nav className="panel sensors" aria-labelledby="sensors-heading">
      <h2 id="sensors-heading">{texts.sensors.heading}</h2>
      {sensors.size >= FILTER_FROM && <Filter value={filter} onChange={setFilter} />}
      <Message isEmpty={names.length === 0} isFiltered={filter !== ""} />
      <ul className="sensor-rows">
        {shown.map((name) => (
          <SensorRow key={name} name={name} isSelected={name === selected} onSelect={onSelect} />
        ))}
      </ul>
      {shown.length < names.length && (
        <button type="button" className="button" onClick={() => setShowsAll(true)}>
          {fill(texts.sensors.more, { count: names.length })}
        </button>
      )}
      <RejectsNotice />
    </nav>
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
  const { texts } = useUi();
  const { listing } = useFeedState();
  const text = () => {
    if (listing === "refused") return texts.sensors.refused;
    if (listing === "failed") return texts.sensors.failed;
    if (!isEmpty) return undefined;
    if (isFiltered) return texts.sensors.noMatch;
    return listing === "loading" ? texts.sensors.loading : texts.sensors.none;
  };
  const message = text();
  return message === undefined ? null : <p className="quiet">{message}</p>;
}
