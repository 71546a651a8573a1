/**
 * An object with some values in place of its own. Anything else is asked of the object itself, and only when it is read: it may
 * refuse to answer, as a deployment with problems does.
 */
export const withValues = <T extends object, V extends Partial<T>>(
  object: T,
  values: V,
): Omit<T, keyof V> & V => Object.create(object, Object.getOwnPropertyDescriptors(values));
