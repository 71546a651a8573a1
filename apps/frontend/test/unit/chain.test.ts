import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Api } from "@/lib/data/api";
import { type Chain, parseChain } from "@/lib/data/chain";
import { type ChainState, ChainWatch } from "@/lib/live/chain-watch";
import { healthOf } from "@/lib/live/health";
import { parsePush } from "@/lib/live/pushes";
import { Backend } from "../support/backend";
import { chainOf } from "../support/chain";
import { waitFor } from "../support/wait";

const known = (answer: unknown): ChainState => ({ status: "known", chain: parseChain(answer) as Chain });
const BROKEN = chainOf({ base: { etat: "panne", raison: "refused", depuis: "2026-01-01T00:00:00Z" } });

describe("an answer of the chain", () => {
  test("is read with the reason and the times of each hop", () => {
    const { isComplete, hops } = parseChain(BROKEN) as Chain;
    expect([isComplete, hops.map(({ name, state }) => `${name} ${state}`), hops[2]]).toEqual([
      false,
      ["courtier ok", "ingestion ok", "base down", "redis ok", "api ok", "socket ok"],
      {
        name: "base",
        state: "down",
        reason: "refused",
        since: Date.UTC(2026, 0, 1),
        last: Date.UTC(2026, 0, 1, 12),
      },
    ]);
  });

  test("is not complete where it says so of itself but a hop does not work, or the state is not understood", () => {
    const broken = parseChain({ ...BROKEN, complete: true });
    const strange = parseChain({ complete: true, maillons: [{ nom: "api", etat: "lent" }] });
    expect([broken?.isComplete, strange?.isComplete, strange?.hops[0]?.state]).toEqual([
      false,
      false,
      "unknown",
    ]);
  });

  test.each([null, [], {}, { complete: true }, { complete: true, maillons: [] }, { maillons: [{}] }])(
    "%o is none",
    (answer) => expect(parseChain(answer)).toBeUndefined(),
  );

  test("is pushed too", () => {
    expect(parsePush(JSON.stringify({ type: "chaine", ...BROKEN }))).toEqual({ chain: parseChain(BROKEN) });
  });
});

describe("health", () => {
  const open = { state: "open" } as const;
  test.each([
    [open, known(chainOf()), "open"],
    [open, known(BROKEN), "broken"],
    [open, known(chainOf({ courtier: { etat: "inconnu" } })), "unknown"],
    [open, known(chainOf({ courtier: { etat: "inconnu" }, redis: { etat: "panne" } })), "broken"],
    [open, { status: "loading" } as const, "connecting"],
    [open, { status: "absent" } as const, "unknown"],
    [open, { status: "failed" } as const, "unknown"],
    [{ state: "connecting" } as const, known(chainOf()), "connecting"],
    [{ state: "lost", since: 1 } as const, known(chainOf()), "lost"],
  ])("under the connection %o and the chain %o is %s", (connection, chain, health) => {
    expect(healthOf(connection, chain)).toBe(health);
  });
});

describe("the watch of the chain", () => {
  let backend: Backend;
  let seen: ChainState[];
  let watch: ChainWatch;

  beforeEach(async () => {
    backend = new Backend();
    seen = [];
    const api = new Api(`http://127.0.0.1:${await backend.start()}/api`);
    watch = new ChainWatch(api, (state) => seen.push(state), 60);
  });
  afterEach(async () => {
    watch.stop();
    await backend.stop();
  });
  const last = () => seen.at(-1)?.status;

  test("asks at once, and again where no push comes", async () => {
    watch.restart();
    await waitFor(() => expect(seen.slice(0, 2)).toEqual([{ status: "loading" }, known(chainOf())]));
    backend.chain = BROKEN;
    await waitFor(() => expect(seen.at(-1)).toEqual(known(BROKEN)));
  });

  test("asks nothing while pushes come", async () => {
    const pushes = setInterval(() => watch.heard(parseChain(chainOf()) as Chain), 15);
    await waitFor(() => expect(seen.length).toBeGreaterThan(10));
    clearInterval(pushes);
    expect(backend.calls).toEqual([]);
  });

  test("forgets a state of which it hears no more", async () => {
    watch.restart();
    await waitFor(() => expect(last()).toBe("known"));
    await backend.stop();
    await waitFor(() => expect(last()).toBe("failed"));
  });

  test("drops a slow answer that a push has overtaken", async () => {
    backend.slow = { path: "chaine", ms: 1_000 };
    watch.restart();
    await waitFor(() => expect(backend.calls).toHaveLength(1));
    const push = () => watch.heard(parseChain(BROKEN) as Chain);
    push();
    const pushed = setInterval(push, 10);
    await waitFor(() => expect(backend.answered).toHaveLength(1));
    const answered = seen.length;
    await waitFor(() => expect(seen.length).toBeGreaterThan(answered + 20));
    clearInterval(pushed);
    expect(seen.slice(1).every((state) => state.status === "known" && !state.chain.isComplete)).toBe(true);
  });

  test("asks a backend from before no second time", async () => {
    backend.isOld = true;
    watch.restart();
    await waitFor(() => expect(last()).toBe("absent"));
    watch.restart();
    await waitFor(() => expect(seen.filter(({ status }) => status === "absent")).toHaveLength(2));
    expect(backend.calls).toEqual(["/api/chaine", "/api/chaine"]);
  });
});
