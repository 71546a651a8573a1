import type { ReactNode } from "react";

interface ScrollProps {
  readonly label: string;
  /** @default - the usual height of a list */
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part that scrolls by itself. Focusable, because what scrolls must scroll by keyboard too. */
export function Scroll({ label, className = "scroll", children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={className} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
