/** One resource that a plan changes. */
export interface Change {
  readonly address: string;
  readonly action: string;

  /** Attributes that force a replacement are not in terraform's messages, only that it is one. */
  readonly reason?: string;
}

/** A line of `terraform -json` (machine-readable UI, format 1.x). */
interface Message {
  readonly type?: string;

  /** Of a summary: `plan`, then `apply`. */
  readonly changes?: { readonly operation?: string };
  readonly change?: {
    readonly resource: { readonly addr: string };
    readonly action: string;
    readonly reason?: string;
  };
  readonly diagnostic?: {
    readonly severity: string;
    readonly summary: string;
    readonly detail?: string;
    readonly address?: string;
  };
}

/** Whether a line ends what Terraform says of its plan. */
export const isPlanned = (line: string): boolean =>
  parse(line).some(({ type, changes }) => type === "change_summary" && changes?.operation === "plan");

/** The changes and the errors in terraform's messages. Lines that are no JSON, and other messages, are passed over. */
export function messagesIn(output: string): {
  readonly changes: readonly Change[];
  readonly errors: readonly string[];
} {
  const messages = output.split("\n").flatMap(parse);
  return {
    changes: messages.flatMap(({ type, change }) =>
      type === "planned_change" && change !== undefined && change.action !== "noop"
        ? [
            {
              address: change.resource.addr,
              action: change.action,
              ...(change.reason ? { reason: change.reason } : {}),
            },
          ]
        : [],
    ),
    errors: messages.flatMap(({ diagnostic }) =>
      diagnostic?.severity === "error"
        ? [[diagnostic.address, diagnostic.summary, diagnostic.detail].filter(Boolean).join(": ")]
        : [],
    ),
  };
}

function parse(line: string): Message[] {
  if (!line.startsWith("{")) return [];
  try {
    return [JSON.parse(line) as Message];
  } catch {
    return [];
  }
}

const SIGN: Readonly<Record<string, string>> = { delete: "-", replace: "±", update: "~" };

/**
 * A plan in a few lines: what is new is counted by kind, since a first plan is long and holds no surprise; what is
 * replaced, changed or removed stands on a line of its own: `terraform: ± docker_container Redis/Service`.
 */
export function describeChanges(changes: readonly Change[]): readonly string[] {
  const created = changes.filter(({ action }) => action === "create").map(({ address }) => kindOf(address));
  const counts = [...new Set(created)].map((kind) => {
    const count = created.filter((other) => other === kind).length;
    return `${count} ${kind}${count === 1 ? "" : "s"}`;
  });
  return [
    ...(counts.length > 0 ? [`terraform: + ${counts.join(", ")}`] : []),
    ...changes.filter(({ action }) => action !== "create").map(describeChange),
  ];
}

/** `docker_container` is a container, `terraform_data` the list of image recipes. */
const kindOf = (address: string) =>
  address.startsWith("docker_") ? (address.split(".")[0] as string).replace("docker_", "") : "recipe list";

function describeChange({ address, action, reason }: Change): string {
  const [type, id = ""] = address.split(".");
  const path = id.replace(/_[0-9A-F]{8}$/, "").replaceAll("_", "/");
  if (action === "remove")
    return `terraform: ${type} ${path} is not declared any more; it stays, and is forgotten (docker volume rm deletes it)`;
  const why = reason === undefined ? "" : ` (${reason.replaceAll("_", " ")})`;
  return `terraform: ${SIGN[action] ?? action} ${type} ${path}${why}`;
}
