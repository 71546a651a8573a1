"use client";

import type { ReactNode } from "react";
import type { Hop } from "@/lib/data/chain";
import type { Connection } from "@/lib/live/live-socket";
import { fill } from "@/lib/text/texts";
import { hopName } from "./chain-strip";
import { useFeed, useHealth, useUi } from "./ui-context";
import { useNow } from "./use-now";

/** Says why the page is not live, and offers to try again. */
export function HealthNotice() {
  const health = useHealth();
  const connection = useFeed((state) => state.connection);
  const chain = useFeed((state) => state.chain);
  if (connection.state === "lost") return <Lost connection={connection} />;
  if (health !== "broken" && health !== "unknown") return null;
  if (chain.status === "known") return <Faulty hops={chain.chain.hops} isBroken={health === "broken"} />;
  return <NotKnown isAbsent={chain.status === "absent"} />;
}

/** While the connection is lost: since when the values stand still, and when the next attempt is. */
function Lost({ connection }: { connection: Connection & { state: "lost" } }) {
  const { texts, format, feed } = useUi();
  const receivedAt = useFeed((state) => state.receivedAt);
  const now = useNow();
  const { retryAt } = connection;
  const seconds = Math.max(1, Math.ceil(((retryAt ?? 0) - now) / 1000));
  const retry =
    retryAt === undefined ? texts.connection.retrying : fill(texts.connection.retryIn, { seconds });
  const values =
    receivedAt === undefined
      ? texts.connection.nothingReceived
      : fill(texts.connection.lastReceived, { time: format.time(receivedAt) });
  return (
    <Notice
      tone="bad"
      title={texts.connection.lost}
      detail={`– ${retry}`}
      button={{ text: texts.connection.retryNow, isOff: retryAt === undefined, press: feed.retryNow }}
    >
      {values}
    </Notice>
  );
}

function Faulty({ hops, isBroken }: { hops: readonly Hop[]; isBroken: boolean }) {
  const { texts, format } = useUi();
  const faulty = hops.filter(({ state }) => state === (isBroken ? "down" : "unknown"));
  const names = faulty.map(({ name }) => hopName(texts, name)).join(", ");
  return (
    <Notice
      tone={isBroken ? "bad" : "warn"}
      title={texts.connection[isBroken ? "broken" : "unknown"]}
      detail={`– ${fill(texts.chain[isBroken ? "down" : "notKnown"], { names })}`}
    >
      {faulty.map(({ name, reason, since }) => (
        <span key={name} className="block">
          {hopName(texts, name)}
          {reason !== undefined && `: ${reason}`}
          {since !== undefined && ` (${fill(texts.chain.since, { time: format.dateTime(since) })})`}
        </span>
      ))}
      <span className="block">{texts.chain.standsStill}</span>
    </Notice>
  );
}

function NotKnown({ isAbsent }: { isAbsent: boolean }) {
  const { texts, feed } = useUi();
  const again = { text: texts.load.retry, isOff: false, press: feed.askChain };
  return (
    <Notice tone="warn" title={texts.connection.unknown} {...(isAbsent ? {} : { button: again })}>
      {isAbsent ? texts.chain.absent : texts.chain.failed}
    </Notice>
  );
}

interface NoticeProps {
  readonly tone: "bad" | "warn";
  readonly title: string;
  readonly detail?: string;
  readonly children: ReactNode;
  readonly button?: { readonly text: string; readonly isOff: boolean; readonly press: () => void };
}

function Notice({ tone, title, detail, children, button }: NoticeProps) {
  return (
    <aside className="lost" data-tone={tone} data-testid="health-notice" aria-label={title}>
      <div className="lost-inner">
        <p>
          <strong>{title}</strong> {detail}
          <br />
          {children}
        </p>
        {button !== undefined && (
          <button type="button" className="button" onClick={button.press} disabled={button.isOff}>
            {button.text}
          </button>
        )}
      </div>
    </aside>
  );
}
