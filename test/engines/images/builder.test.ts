import { describe, expect, test } from "vitest";
import { buildKitOnly } from "../../../engines/images/builder.ts";

describe("a Dockerfile is for BuildKit alone because of", () => {
  test.each([
    ["RUN --mount=type=cache,target=/root/.npm npm ci", "RUN --mount=type=cache,target=/root/.npm npm ci"],
    [
      "  run --network=none --mount=type=secret,id=a true",
      "run --network=none --mount=type=secret,id=a true",
    ],
    ["COPY --from=build --link /a /a", "COPY --from=build --link /a /a"],
    ["ADD --checksum=sha256:ab https://a.example/b /b", "ADD --checksum=sha256:ab https://a.example/b /b"],
    ["COPY <<EOF /etc/motd", "COPY <<EOF /etc/motd"],
    ["RUN <<-'END' sh", "RUN <<-'END' sh"],
  ])("%s", (line, named) => {
    expect(buildKitOnly(`FROM a\n# RUN --mount is a comment\n${line}\n`)).toBe(`line 3: ${named}`);
  });

  test.each([
    "RUN npm ci --network-timeout 5",
    "COPY --from=build --chown=1:1 /a /a",
    'RUN bash -c "cat <<< word"',
    "RUN make --mount",
    "# syntax=docker/dockerfile:1",
    'ENTRYPOINT ["run", "--mount"]',
  ])("nothing in %s", (line) => {
    expect(buildKitOnly(`FROM a\n${line}\n`)).toBeUndefined();
  });
});
