"use client";

import { useUi } from "./ui-context";
import type { LoadStatus } from "./use-load";

interface LoadNoticeProps {
  readonly status: LoadStatus;
  readonly retry: () => void;
  /** The text while there is nothing to show yet. @default - no text */
  readonly loading?: string;
  /** The text where it failed, in words of the place. */
  readonly failed: string;
}

/** How a load stands, while it is not as it should be, and a way to try again. */
export function LoadNotice({ status, retry, loading, failed }: LoadNoticeProps) {
  const { texts } = useUi();
  if (status === "loaded") return null;
  if (status === "loading") return loading === undefined ? null : <p className="quiet">{loading}</p>;
  if (status === "refused") return <p className="quiet">{texts.load.refused}</p>;
  if (status === "absent") return <p className="quiet">{texts.load.absent}</p>;
  return (
    <div className="load-notice" role="status" data-testid={`load-${status}`}>
      <p>{status === "slow" ? texts.load.slow : failed}</p>
      <button type="button" className="button" onClick={retry}>
        {texts.load.retry}
      </button>
    </div>
  );
}
