/**
 * A question that is answered once for each thing that it is about, for as long as that is in memory: many rules ask the
 * same of one stack, one resource or one file. An error is no answer; whoever asks again is told again.
 *
 * @param find answers it; what it is given beside the key must follow from the key, as the stack of a resource does
 */
export function remembered<Key extends object, Answer>(find: (key: Key) => Answer): (key: Key) => Answer;
export function remembered<Key extends object, Context, Answer>(
  find: (key: Key, context: Context) => Answer,
): (key: Key, context: Context) => Answer;
export function remembered<Key extends object, Context, Answer>(
  find: (key: Key, context: Context) => Answer,
): (key: Key, context: Context) => Answer {
  const known = new WeakMap<Key, Answer>();
  return (key, context) => {
    const answer = known.get(key);
    if (answer !== undefined || known.has(key)) return answer as Answer;
    const found = find(key, context);
    known.set(key, found);
    return found;
  };
}
