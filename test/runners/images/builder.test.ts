import { describe, expect, test } from "vitest";
import { builderFor, buildKitOnly } from "../../../runners/images/builder.ts";
import { errorText } from "../../support/error-text.ts";
import { programs } from "../../support/programs.ts";

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

describe("an image is built by", () => {
  /** A client with or without buildx, of this version. */
  const client = (buildx: boolean, version: string) =>
    programs({ docker: `case "$1" in buildx) exit ${buildx ? 0 : 1} ;; version) echo ${version} ;; esac` });
  const builtBy = async (dockerfile: string) =>
    (await builderFor("x", dockerfile)).env.DOCKER_BUILDKIT === "1" ? "BuildKit" : "classic";
  const [PLAIN, MOUNT, SYNTAX] = [
    "FROM a\n",
    "FROM a\nRUN --mount=type=cache,target=/c b\n",
    "# syntax=docker/dockerfile:1\n",
  ];

  test.each([
    ["BuildKit where there is buildx", true, "28.2.2", PLAIN, "BuildKit"],
    ["the classic builder where there is none", false, "28.2.2", PLAIN, "classic"],
    ["the classic builder of an old client, which has BuildKit too", false, "20.10.24", PLAIN, "classic"],
    ["BuildKit of an old client where it has to be", false, "20.10.24", MOUNT, "BuildKit"],
    [
      "the classic builder where BuildKit would fetch its frontend for nothing",
      true,
      "28.2.2",
      SYNTAX + PLAIN,
      "classic",
    ],
    ["BuildKit with a frontend where it has to be", true, "28.2.2", SYNTAX + MOUNT, "BuildKit"],
  ])("%s", async (_, buildx, version, dockerfile, expected) => {
    client(buildx, version);

    expect(await builtBy(dockerfile)).toBe(expected);
  });

  test("nobody where only BuildKit could, and the client has none", async () => {
    client(false, "28.2.2");

    expect(await errorText(() => builderFor("api", MOUNT))).toMatch(
      /^api: its Dockerfile needs BuildKit \(line 2: RUN --mount=type=cache,target=\/c b\), and this Docker client has no buildx plugin\n/,
    );
  });
});
