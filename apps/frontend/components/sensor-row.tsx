"use client";

import { ageSeconds, sensorStatus } from "@/lib/data/sensors";
import { fill } from "@/lib/text/texts";
import { useFeedState, useNow, useUi } from "./ui-context";

interface SensorRowProps {
  readonly name: string;
  readonly isSelected: boolean;
  readonly onSelect: (sensor: string) => void;
}

export function SensorRow({ name, isSelected, onSelect }: SensorRowProps) {
  const { texts, format } = useUi();
  const { value, age, status } = useSensor(name);
  if (value === undefined) return null;
  return (
    <li>
      <button
        type="button"
        className="sensor"
        data-status={status}
        aria-current={isSelected ? "true" : undefined}
        onClick={() => onSelect(name)}
      >
        <span className="sensor-name">{name}</span>
        <span className="sensor-value" data-testid={`latest-${name}`} data-value={value}>
          {format.number(value)}
        </span>
        <span className="sensor-status">
          <span className="dot" aria-hidden="true" />
          {texts.status[status]}
        </span>
        <span className="sensor-age">
          {age < 1 ? texts.justNow : fill(texts.ago, { age: format.age(age) })}
        </span>
      </button>
    </li>
  );
}

/** The newest value of a sensor with its age, which grows each second. */
export function useSensor(name: string) {
  const { silentAfterSeconds } = useUi();
  const { sensors, connection, clockOffsetMs } = useFeedState();
  const now = useNow();
  const reading = sensors.get(name);
  const age = reading === undefined || now === 0 ? 0 : ageSeconds(reading, now, clockOffsetMs);
  return {
    value: reading?.valeur,
    at: reading?.at,
    age,
    status: sensorStatus(age, connection, silentAfterSeconds),
  };
}
