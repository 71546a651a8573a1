"use client";

import type { Hop } from "@/lib/data/chain";
import type { Texts } from "@/lib/text/english";
import { Scroll } from "./scroll";
import { useFeed, useUi } from "./ui-context";

/** A newer backend may know more hops than this page has words for. */
export function hopName(texts: Texts, name: string): string {
  return Object.entries(texts.chain.hops).find(([known]) => known === name)?.[1] ?? name;
}

/** Every hop between the devices and this page with its state; the details open below. */
export function ChainStrip() {
  const { texts } = useUi();
  const hops = useHops();
  return (
    <details className="chain" data-testid="chain">
      <summary>
        <span className="chain-title">{texts.chain.title}</span>
        <span className="hops">
          {hops.map(({ name, state }) => (
            <span key={name} className="hop" data-testid={`hop-${name}`} data-hop={state}>
              <span className="dot" aria-hidden="true" />
              <span className="hop-name">{hopName(texts, name)}</span>
              <span className="hidden">{texts.chain.states[state]}</span>
            </span>
          ))}
        </span>
      </summary>
      <Details hops={hops} />
    </details>
  );
}

function Details({ hops }: { hops: readonly Hop[] }) {
  const { texts, format } = useUi();
  const { columns } = texts.chain;
  const time = (at: number | undefined) => (at === undefined ? "–" : format.dateTime(at));
  return (
    <Scroll className="chain-details" label={texts.chain.title}>
      <table>
        <thead>
          <tr>
            {[columns.hop, columns.state, columns.since, columns.last, columns.reason].map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hops.map((hop) => (
            <tr key={hop.name}>
              <th scope="row">{hopName(texts, hop.name)}</th>
              <td className="hop" data-hop={hop.state}>
                <span className="dot" aria-hidden="true" /> {texts.chain.states[hop.state]}
              </td>
              <td>{time(hop.since)}</td>
              <td>{time(hop.last)}</td>
              <td className="reason">{hop.reason ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const NAMES = ["courtier", "ingestion", "base", "redis", "api", "socket"];

/** The hops as the backend told them last, and the page itself. Without an answer nothing is known of any. */
function useHops(): readonly Hop[] {
  const { texts } = useUi();
  const connection = useFeed((state) => state.connection);
  const chain = useFeed((state) => state.chain);
  const receivedAt = useFeed((state) => state.receivedAt);
  const nothing = { reason: undefined, since: undefined, last: undefined };
  const unknown = (name: string): Hop => ({ name, state: "unknown", ...nothing });
  const isKnown = connection.state === "open" && chain.status === "known";
  const page: Hop = {
    name: "page",
    state: connection.state === "open" ? "ok" : connection.state === "lost" ? "down" : "unknown",
    reason: connection.state === "lost" ? texts.chain.pageLost : undefined,
    since: connection.state === "lost" ? connection.since : undefined,
    last: receivedAt,
  };
  return [...(isKnown ? chain.chain.hops : NAMES.map(unknown)), page];
}
