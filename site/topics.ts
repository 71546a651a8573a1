import { z } from "zod";

/**
 * MQTT 3.1.1 §4.7: `#` only as the last level, `+` only as a whole level, never empty. No control characters
 * either: mosquitto refuses them in topics, and a line break would begin a new rule in its ACL file.
 */
const topicFilter = z
  .string({ error: "an MQTT topic filter" })
  .regex(/^(?=.)(\+|#|(\+|[^+#/\p{Cc}]*)(\/(\+|[^+#/\p{Cc}]*))*(\/#)?)$/u, {
    error: 'an MQTT topic filter, "+" and "#" as whole levels and "#" last',
  })
  .max(200)
  // The ACL file drops blanks at the ends, so that another topic would be open; invisible characters mislead its reader.
  .refine((topic) => topic === topic.trim() && !/[\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(topic), {
    error:
      "a topic without blanks at its ends, and with no blank but the space and no invisible character in it",
  });

const levels = (topic: string): readonly string[] => topic.split("/");

/** Below it, by the name of a site, stands what that site's broker hands on; `_sensor_of` of apps/backend reads the same. */
export const OF_SITES = "site";

/** The level that stands for the name of anyone who publishes or subscribes. */
const OWN_NAME = "%u";

const hasOwnName = (topic: string): boolean => levels(topic).includes(OWN_NAME);

/** `%u` as a part of a level, and `%c`: the broker puts something else there in one line of its file, and nothing in another. */
const hasStrayName = (topic: string): boolean =>
  levels(topic).some((level) => level !== OWN_NAME && /%[uc]/.test(level));

const isForClients = (topic: string): boolean => !topic.startsWith("$");
const isReadable = (topic: string): boolean => isForClients(topic) || levels(topic)[0] === "$SYS";

const CLIENTS = "a topic that does not begin with $: those are the broker's own";
const READABLE =
  "a topic that does not begin with $, or one below $SYS; a shared subscription ($share/…) needs the right to read its topic itself";

/** Topics of the backend: there is no name to put for `%u`. */
const fixed = topicFilter.refine((topic) => !hasOwnName(topic) && !hasStrayName(topic), {
  error: "a topic without %u and %c, which stand for clients",
});
export const readingsTopic = fixed.refine(isReadable, { error: READABLE });
/** mosquitto.conf separates the words of a bridge's topic by spaces, and takes two quotes for nothing. */
export const bridgedTopic = fixed
  .refine(isForClients, { error: CLIENTS })
  .refine((topic) => !/[\s"]/.test(topic), { error: "a topic without spaces and quotes" });
export const statusTopic = fixed
  .refine(isForClients, { error: CLIENTS })
  .refine((topic) => !/[+#]/.test(topic), { error: "one topic, without + and #" });

/** Topics of a user with a password; `%u` is the user's own name. */
const ofUser = topicFilter.refine((topic) => !hasStrayName(topic), {
  error: '"%u" as a whole level, which stands for the user\'s name; no other %u, and no %c',
});
export const publishedTopic = ofUser.refine(isForClients, { error: CLIENTS });
export const subscribedTopic = ofUser.refine(isReadable, { error: READABLE });

/** A topic filter for every device alike. Without its own name in it, one device could speak for another. */
export const deviceTopic = topicFilter
  .refine((topic) => hasOwnName(topic) && !hasStrayName(topic), {
    error:
      'a topic filter with the level "%u", which stands for the name of the device: "sensor/%u"; no other %u, and no %c',
  })
  .refine(isForClients, { error: CLIENTS });

/** A topic with the name of its user in place of `%u`. */
export const withName = (topic: string, name: string): string =>
  levels(topic)
    .map((level) => (level === OWN_NAME ? name : level))
    .join("/");

/** Whether some topic fits both filters. A level `%u` is one name or another, as `+` is. */
export function topicsOverlap(a: string, b: string): boolean {
  const [first = [], second = []] = [a, b].map(levels);
  for (let index = 0; ; index++) {
    const [one, other] = [first[index], second[index]];
    if (one === "#" || other === "#") return true;
    // `a/#` fits `a` as well.
    if (one === undefined || other === undefined) {
      const rest = one === undefined ? second.slice(index) : first.slice(index);
      return rest.length === 0 || (rest.length === 1 && rest[0] === "#");
    }
    if (!isAnyLevel(one) && !isAnyLevel(other) && one !== other) return false;
  }
}

const isAnyLevel = (level: string): boolean => level === "+" || level === OWN_NAME;
