"use client";

import { fill } from "@/lib/text/texts";
import { LoadNotice } from "./load-notice";
import { Scroll } from "./scroll";
import { useSensorSettings } from "./sensor-settings-context";
import { useUi } from "./ui-context";
import { useHistory } from "./use-history";

export function HistoryTable({ sensor }: { sensor: string }) {
  const { texts, format } = useUi();
  const { labelOf, quantityOf } = useSensorSettings();
  const { rows, hasOlder, status, retry, loadOlder } = useHistory(sensor);
  const caption = fill(texts.history.caption, { sensor: labelOf(sensor) });
  return (
    <section className="panel" aria-labelledby="history-heading">
      <h2 id="history-heading">{texts.history.heading}</h2>
      <Scroll label={caption}>
        <table data-testid="history">
          <caption className="hidden">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.history.time}</th>
              <th scope="col" className="number">
                {texts.history.value}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ at, value }) => (
              <tr key={`${at} ${value}`}>
                <td>
                  <time dateTime={new Date(at).toISOString()}>{format.dateTime(at)}</time>
                </td>
                <td className="number">{quantityOf(sensor, value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && status === "loaded" && <p className="quiet">{texts.history.empty}</p>}
        <LoadNotice
          status={status}
          retry={retry}
          loading={texts.load.loading}
          failed={texts.history.failed}
        />
        {hasOlder && (
          <button type="button" className="button" onClick={loadOlder}>
            {texts.history.older}
          </button>
        )}
      </Scroll>
    </section>
  );
}
