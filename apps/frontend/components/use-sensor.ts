"use client";

import type { Reading } from "@/lib/data/readings";
import { ageSeconds, type SensorStatus, sensorStatus } from "@/lib/data/sensors";
import { healthOf } from "@/lib/live/health";
import { useSensorSettings } from "./sensor-settings-context";
import { useFeed, useHealth, useUi } from "./ui-context";
import { useNow } from "./use-now";

/** The newest value of a sensor with its age, which grows each second. */
export function useSensor(name: string) {
  const { of, silentAfterOf } = useSensorSettings();
  const reading = useFeed(({ sensors }) => sensors.get(name));
  const offset = useFeed(({ clockOffsetMs }) => clockOffsetMs);
  const health = useHealth();
  const now = useNow();
  const age = reading === undefined || now === 0 ? 0 : ageSeconds(reading, now, offset);
  const value = reading?.valeur;
  const status: SensorStatus =
    value === undefined ? "unknown" : sensorStatus(value, age, health, silentAfterOf(name), of(name));
  return { value, at: reading?.at, age, status };
}

/** The state of every sensor, by the second: the list keeps still in between, however fast the values come. */
export function useStatuses(): ReadonlyMap<string, SensorStatus> {
  const { feed } = useUi();
  const { of, silentAfterOf } = useSensorSettings();
  const now = useNow();
  // Two things must be seen at once: new sensors, and a change of the whole chain.
  useFeed(({ sensors }) => sensors.size);
  useHealth();
  const { sensors, connection, chain, clockOffsetMs } = feed.getState();
  const health = healthOf(connection, chain);
  const statusOf = (name: string, reading: Reading) =>
    sensorStatus(
      reading.valeur,
      now === 0 ? 0 : ageSeconds(reading, now, clockOffsetMs),
      health,
      silentAfterOf(name),
      of(name),
    );
  return new Map([...sensors].map(([name, reading]) => [name, statusOf(name, reading)]));
}
