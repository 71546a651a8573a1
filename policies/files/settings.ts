import { show } from "../values.ts";

/** One setting of a configuration file, with the place where it stands for evidence. */
export interface Setting {
  readonly name: string;

  /** As the daemon understands it: without quotes and comments. */
  readonly value: string;

  /** `redis.conf line 4`, or `the command`. */
  readonly place: string;
}

/** Settings in the order in which a daemon reads them. */
export class Settings {
  readonly list: readonly Setting[];
  readonly #byName = new Map<string, Setting[]>();

  constructor(list: readonly Setting[]) {
    this.list = list;
    for (const setting of list) {
      const alike = this.#byName.get(setting.name);
      if (alike === undefined) this.#byName.set(setting.name, [setting]);
      else alike.push(setting);
    }
  }

  all(name: string): readonly Setting[] {
    return this.#byName.get(name) ?? [];
  }

  /** The value that counts where the last one wins. */
  last(name: string): Setting | undefined {
    return this.all(name).at(-1);
  }

  /** Evidence that a setting is missing or not what it has to be. */
  must(name: string, isAllowed: (value: string) => boolean): readonly string[] {
    return this.last(name) === undefined ? [`${name} is not set`] : this.may(name, isAllowed);
  }

  /** The same where the daemon's own default is good. */
  may(name: string, isAllowed: (value: string) => boolean): readonly string[] {
    const setting = this.last(name);
    return setting === undefined || isAllowed(setting.value) ? [] : [told(setting)];
  }
}

/** Never for a setting that may hold a secret. */
export const told = ({ name, value, place }: Setting) => `${name} is ${show(value)} (${place})`;

/** The lines of a text, each with its number from 1. */
export const lines = (text: string): readonly { readonly line: string; readonly number: number }[] =>
  text.split(/\r?\n/).map((line, index) => ({ line, number: index + 1 }));

export const isPositive = (value: string) => /^\d+$/.test(value) && Number(value) > 0;
