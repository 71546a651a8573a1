/** The part of `docker events` that the kit reads. */
export interface Event {
  readonly Action: string;
  readonly id: string;
  readonly time: number;
  readonly timeNano: number;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}
