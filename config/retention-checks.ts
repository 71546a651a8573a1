import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";

/** Two classes that name the same sensor would each keep it for another time. */
export function classesAreApart({ retention }: ParsedDeployment): readonly Problem[] {
  const seen = new Map<string, string>();
  return Object.entries(retention.classes).flatMap(([name, { sensors }]) =>
    sensors.flatMap((sensor, index) => {
      const other = seen.get(sensor);
      seen.set(sensor, name);
      if (other === undefined) return [];
      return [
        {
          path: `retention.classes.${name}.sensors.${index}`,
          got: sensor,
          allowed: `a sensor that class ${other} does not have`,
          fix: "leave it in one of them",
        },
      ];
    }),
  );
}

/** A reading that goes from one form into the next has to find a place there. */
export function timesGrow({ retention }: ParsedDeployment): readonly Problem[] {
  const { rawDays, classes, hourlyDays, dailyDays } = retention;
  const shorter = (path: string, got: number, least: number, other: string) =>
    got >= least
      ? []
      : [
          {
            path,
            got,
            allowed: `at least ${least}, as ${other} has`,
            fix: "exchange them, or leave one out",
          },
        ];
  return [
    ...shorter("retention.hourlyDays", hourlyDays, rawDays, "retention.rawDays"),
    ...Object.entries(classes).flatMap(([name, { rawDays }]) =>
      shorter("retention.hourlyDays", hourlyDays, rawDays, `retention.classes.${name}.rawDays`),
    ),
    ...shorter("retention.dailyDays", dailyDays, hourlyDays, "retention.hourlyDays"),
  ];
}
