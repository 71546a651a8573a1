import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../../policies/files/dockerfile.ts";

describe("a Dockerfile", () => {
  test("names its images by line, with the defaults of its variables", () => {
    const text = `# syntax=docker/dockerfile:1
ARG BASE=debian:bookworm
ARG GIVEN
FROM --platform=linux/amd64 \${BASE} AS Build
FROM \${GIVEN}
from \${OTHER:-alpine:3.20}
FROM build AS next
FROM scratch
COPY --from=build /a /a
COPY --from=0 /a /a
COPY --from=ghcr.io/example/tool:1 /a /a
`;

    expect(parseDockerfile(text).images).toEqual([
      { line: 4, text: "${BASE}", image: "debian:bookworm" },
      { line: 5, text: "${GIVEN}", image: undefined },
      { line: 6, text: "${OTHER:-alpine:3.20}", image: "alpine:3.20" },
      { line: 11, text: "ghcr.io/example/tool:1", image: "ghcr.io/example/tool:1" },
    ]);
  });

  test("names its variables, those of continued lines and of the old form too", () => {
    const text = `FROM scratch
ARG FIRST=1 SECOND
ENV A=1 \\
  # a comment between
  B="x y"
ENV OLD form of it
RUN <<EOF
ENV NOT=one
EOF
`;

    expect(parseDockerfile(text).variables).toEqual([
      { line: 2, keyword: "ARG", name: "FIRST", value: "1" },
      { line: 2, keyword: "ARG", name: "SECOND", value: undefined },
      { line: 3, keyword: "ENV", name: "A", value: "1" },
      { line: 5, keyword: "ENV", name: "B", value: "x y" },
      { line: 6, keyword: "ENV", name: "OLD", value: "form of it" },
    ]);
  });

  test("is refused with an instruction that does not exist", () => {
    expect(() => parseDockerfile("FROM scratch\nRUM true\n")).toThrow("line 2: RUM is no instruction");
  });

  test.each(["", "# nothing\n", "ARG A=1\n"])("is refused without FROM: %j", (text) => {
    expect(() => parseDockerfile(text)).toThrow("it has no FROM");
  });
});
