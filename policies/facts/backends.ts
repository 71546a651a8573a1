import type { StackDocument } from "../document.ts";
import { type Block, isBlock, isTrue } from "../values.ts";

/** Where the state of a stack is kept. */
export interface Backend {
  readonly kind: string;
  readonly settings: Block;
}

/** Those whose service encrypts everything that is put there. */
const ENCRYPTING = ["gcs", "azurerm", "remote", "cloud", "cos", "oss"];

/** The backend that a `terraform` block states. */
export function backendOf({ backend, cloud }: Block): Backend | undefined {
  if (isBlock(cloud) || Array.isArray(cloud)) return { kind: "cloud", settings: {} };
  const [stated] = Array.isArray(backend) ? backend : [backend];
  const [entry] = isBlock(stated) ? Object.entries(stated) : [];
  if (entry === undefined) return undefined;
  const [kind, settings] = entry;
  const [block] = Array.isArray(settings) ? settings : [settings];
  return { kind, settings: isBlock(block) ? block : {} };
}

export const encrypts = ({ kind, settings }: Backend): boolean =>
  ENCRYPTING.includes(kind) || (kind === "s3" && isTrue(settings.encrypt));

export const encryptsState = (stack: StackDocument): boolean => {
  const backends = stack.of(["terraform"]).flatMap(({ block }) => backendOf(block) ?? []);
  return backends.length > 0 && backends.every(encrypts);
};
