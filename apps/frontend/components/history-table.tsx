"use client";

import { fill } from "@/lib/text/texts";
import { useUi } from "./ui-context";
import { useHistory } from "./use-history";

export function HistoryTable({ sensor }: { sensor: string }) {
  const { texts, format } = useUi();
  const [{ rows, hasOlder, status }, loadOlder] = useHistory(sensor);
  const caption = fill(texts.history.caption, { sensor });
  const isEmpty = rows.length === 0 && status === "loaded";
  return (
    <section className="panel" aria-labelledby="history-heading">
      <h2 id="history-heading">{texts.history.heading}</h2>
      {status === "failed" && <p className="quiet">{texts.history.failed}</p>}
      {/* Focusable, because what scrolls must scroll by keyboard too. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className="scroll" tabIndex={0} aria-label={caption}>
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
                <td className="number">{format.number(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {isEmpty && <p className="quiet">{texts.history.empty}</p>}
        {hasOlder && (
          <button type="button" className="button" onClick={loadOlder}>
            {texts.history.older}
          </button>
        )}
      </section>
    </section>
  );
}
