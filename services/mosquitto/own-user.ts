import { withName } from "../../site/topics.ts";
import type { BrokerRights } from "../definition.ts";

/** A user at the broker that is called after its program: with that name in place of `%u`. */
export const ownUser = (
  user: string,
  { publish, subscribe }: Pick<BrokerRights, "publish" | "subscribe">,
): BrokerRights => ({
  user,
  publish: publish.map((topic) => withName(topic, user)),
  subscribe: subscribe.map((topic) => withName(topic, user)),
});
