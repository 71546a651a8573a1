/**
 * A question that is answered once for each thing that it is about, for as long as that is in memory: many rules ask the
 * same of one stack, one resource or one file. A question that cannot be answered is an error for each of them.
 *
 * @param find answers it; what it is given next to the key must follow from the key, as the stack of a resource does
 */
export function remembered<Key extends object, Answer>(find: (key: Key) => Answer): (key: Key) => Answer;
export function remembered<Key extends object, Context, Answer>(
  find: (key: Key, context: Context) => Answer,
): (key: Key, context: Context) => Answer;
export function remembered<Key extends object, Context, Answer>(
  find: (key: Key, context: Context) => Answer,
): (key: Key, context: Context) => Answer {
  const answers = new WeakMap<Key, Answer>();
  const errors = new WeakMap<Key, unknown>();
  return (key, context) => {
    const known = answers.get(key);
    if (known !== undefined || answers.has(key)) return known as Answer;
    if (errors.has(key)) throw errors.get(key);
    try {
      const found = find(key, context);
      answers.set(key, found);
      return found;
    } catch (error) {
      errors.set(key, error);
      throw error;
    }
  };
}

/** Texts that are remembered at once: more than a stack of 10,000 containers asks about, and little memory. */
const MOST_TEXTS = 10_000;

/**
 * The same for what is asked of texts. Durations, addresses, names of variables and lines for a shell stand in a stack
 * again and again, no matter what else its containers have in common.
 *
 * @param find answers it from the text alone
 */
export function rememberedText<Answer>(find: (text: string) => Answer): (text: string) => Answer {
  const answers = new Map<string, Answer>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined || answers.has(text)) return known as Answer;
    const found = find(text);
    if (answers.size >= MOST_TEXTS) answers.clear();
    answers.set(text, found);
    return found;
  };
}
