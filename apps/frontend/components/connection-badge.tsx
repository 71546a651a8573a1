"use client";

import { useFeedState, useUi } from "./ui-context";

/** The state in one word, announced when it changes. The countdown is elsewhere: it would be read out each second. */
export function ConnectionBadge() {
  const { texts } = useUi();
  const { connection } = useFeedState();
  return (
    <div className="badge" role="status" data-testid="connection" data-state={connection.state}>
      <span className="dot" aria-hidden="true" />
      {texts.connection[connection.state]}
    </div>
  );
}
