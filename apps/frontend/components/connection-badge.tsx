"use client";

import { useHealth, useUi } from "./ui-context";

/** The state in one word, announced when it changes. The countdown is elsewhere: it would be read out each second. */
export function ConnectionBadge() {
  const { texts } = useUi();
  const health = useHealth();
  return (
    <div className="badge" role="status" data-testid="connection" data-state={health}>
      <span className="dot" aria-hidden="true" />
      {texts.connection[health]}
    </div>
  );
}
