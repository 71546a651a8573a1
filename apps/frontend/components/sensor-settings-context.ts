"use client";

import { createContext, useContext, useMemo } from "react";
import { type AllSettings, NO_SETTINGS, type SensorSettings, silentAfter } from "@/lib/data/sensor-settings";
import { useUi } from "./ui-context";

export const SettingsContext = createContext<AllSettings>(NO_SETTINGS);

const NONE: SensorSettings = {};
/** Where neither the page's server nor the backend says when a sensor is silent. */
const SILENT_AFTER_SECONDS = 60;

export interface ShownSensors {
  readonly of: (sensor: string) => SensorSettings;
  /** The label, or the name where there is none. */
  readonly labelOf: (sensor: string) => string;
  /** A value as it is written for this sensor, with its unit. */
  readonly quantityOf: (sensor: string, value: number) => string;
  readonly silentAfterOf: (sensor: string) => number;
}

/** The same object until the settings change. */
export function useSensorSettings(): ShownSensors {
  const { format, silentAfterSeconds } = useUi();
  const all = useContext(SettingsContext);
  return useMemo(() => {
    const of = (sensor: string) => all.sensors.get(sensor) ?? NONE;
    const otherwise = silentAfterSeconds ?? all.silentAfterSeconds ?? SILENT_AFTER_SECONDS;
    return {
      of,
      labelOf: (sensor) => of(sensor).label ?? sensor,
      quantityOf: (sensor, value) => format.quantity(value, of(sensor)),
      silentAfterOf: (sensor) => silentAfter(of(sensor), otherwise),
    };
  }, [all, format, silentAfterSeconds]);
}
