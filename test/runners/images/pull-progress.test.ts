import { expect, test } from "vitest";
import { PullProgress } from "../../../runners/images/pull-progress.ts";

const downloading = (id: string, current: number, total: number) => ({
  status: "Downloading",
  id,
  progressDetail: { current, total },
});

test("bytes are those of all layers whose size is known, and extracting counts for nothing", () => {
  const progress = new PullProgress();
  const said = [
    { status: "Pulling from library/redis", id: "8" },
    { status: "Pulling fs layer", progressDetail: {}, id: "a" },
    downloading("a", 10, 100),
    downloading("b", 50, 50),
    { status: "Already exists", progressDetail: {}, id: "c" },
    downloading("a", 60, 100),
    { status: "Download complete", progressDetail: {}, id: "a" },
    { status: "Extracting", progressDetail: { current: 1, total: 400 }, id: "a" },
    { status: "Digest: sha256:00" },
  ].map((message) => {
    progress.take(JSON.stringify(message));
    return progress.bytes && [progress.bytes.current, progress.bytes.total];
  });

  expect(said).toEqual([
    undefined,
    undefined,
    [10, 100],
    [60, 150],
    [60, 150],
    [110, 150],
    [150, 150],
    [150, 150],
    [150, 150],
  ]);
  expect(progress.error).toBeUndefined();
});

test("what went wrong first is what is told", () => {
  const progress = new PullProgress();
  for (const error of ["unexpected EOF", "context canceled"])
    progress.take(JSON.stringify({ errorDetail: { message: error }, error }));
  expect(progress.error).toBe("unexpected EOF");
});
