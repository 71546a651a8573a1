"use client";

import { fill } from "@/lib/text/texts";
import { useFeedState, useNow, useUi } from "./ui-context";

/** While the connection is lost: since when the values stand still, and when the next attempt is. */
export function ConnectionNotice() {
  const { texts, format, feed } = useUi();
  const { connection } = useFeedState();
  const now = useNow();
  if (connection.state !== "lost") return null;
  const { since, retryAt } = connection;
  const seconds = Math.max(1, Math.ceil(((retryAt ?? 0) - now) / 1000));
  const retry =
    retryAt === undefined ? texts.connection.retrying : fill(texts.connection.retryIn, { seconds });
  return (
    <aside className="lost" aria-label={texts.connection.lost}>
      <div className="lost-inner">
        <p>
          <strong>{texts.connection.lost}</strong> – {retry}
          <br />
          {fill(texts.connection.lostDetail, { time: format.time(since) })}
        </p>
        <button type="button" className="button" onClick={feed.retryNow} disabled={retryAt === undefined}>
          {texts.connection.retryNow}
        </button>
      </div>
    </aside>
  );
}
