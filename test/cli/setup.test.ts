import { beforeEach, describe, expect, test } from "vitest";
import { missingCompose } from "../../cli/setup/compose-plugin.ts";
import { missingEngine } from "../../cli/setup/docker-engine.ts";
import { type Machine, type Missing, machineOf } from "../../cli/setup/machine.ts";
import { missingLines } from "../../cli/setup/missing.ts";
import { missingMmdebstrap } from "../../cli/setup/mmdebstrap.ts";
import { environment, programs } from "../support/programs.ts";
import { engine } from "../support/scripted-engine.ts";
import { stackOf } from "../support/stack.ts";

/** As these systems write them. */
const DEBIAN =
  'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n';
const UBUNTU =
  'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n';
const FEDORA = 'NAME="Fedora Linux"\nVERSION="42 (Workstation Edition)"\nID=fedora\nVERSION_ID=42\n';
const RASPBERRY = 'PRETTY_NAME="Raspbian GNU/Linux 12 (bookworm)"\nID=raspbian\nID_LIKE=debian\n';
const KERNEL = "6.12.41+deb13-amd64";
const WSL = "5.15.167.4-microsoft-standard-WSL2";

const linux = (osRelease: string, isRoot: boolean, kernel = KERNEL): Machine =>
  machineOf({ platform: "linux", isRoot, osRelease, kernel, hasEngine: false });
const mac = machineOf({ platform: "darwin", isRoot: false, osRelease: "", kernel: "", hasEngine: false });

/** What Docker's client prints when it fails. */
const failing = (message: string) => ({ docker: `echo '${message}' >&2; exit 1` });
const STOPPED =
  "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
const DENIED =
  "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock";
const NO_INTEGRATION =
  "The command docker could not be found in this WSL 2 distro.\nWe recommend to activate the WSL integration in Docker Desktop settings.";

/** In words, and whether the kit installs it. */
const told = (missing: Missing | undefined) =>
  missing && { what: missing.what, remedy: missing.remedy, byTheKit: missing.install !== undefined };

beforeEach(() => {
  for (const name of ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_API_VERSION"]) environment(name, undefined);
});

describe("the engine", () => {
  test("that answers is not missing", async () => {
    programs({ docker: "echo 29.0.0 1.52" }, true);

    expect(await missingEngine(linux(FEDORA, false))).toBe(undefined);
  });

  const DOCKER = "Docker's engine and client";
  test.each<[string, Machine, object]>([
    [
      "Debian for root: by the kit",
      linux(DEBIAN, true),
      { what: "Docker's engine", remedy: ["apt-get install docker.io"], byTheKit: true },
    ],
    [
      "Ubuntu for a user",
      linux(UBUNTU, false),
      {
        what: DOCKER,
        remedy: ["sudo apt-get install docker.io, then sudo usermod -aG docker $USER, and log in again"],
        byTheKit: false,
      },
    ],
    [
      "Raspberry Pi OS for a user",
      linux(RASPBERRY, false),
      {
        what: DOCKER,
        remedy: ["sudo apt-get install docker.io, then sudo usermod -aG docker $USER, and log in again"],
        byTheKit: false,
      },
    ],
    [
      "Fedora, also for root",
      linux(FEDORA, true),
      {
        what: DOCKER,
        remedy: [
          "sudo dnf install moby-engine docker-compose docker-buildx, then sudo systemctl enable --now docker, sudo usermod -aG docker $USER, and log in again",
        ],
        byTheKit: false,
      },
    ],
    [
      "Ubuntu in WSL2 for a user",
      linux(UBUNTU, false, WSL),
      {
        what: DOCKER,
        remedy: [
          "Docker Desktop on Windows, with Settings > Resources > WSL integration turned on for this distribution",
          "or an engine inside: sudo apt-get install docker.io, then sudo usermod -aG docker $USER, and log in again",
        ],
        byTheKit: false,
      },
    ],
    [
      "a Mac",
      mac,
      {
        what: DOCKER,
        remedy: [
          "Docker Desktop: brew install --cask docker-desktop, then open -a Docker",
          "or Colima: brew install colima docker docker-compose docker-buildx, then colima start",
        ],
        byTheKit: false,
      },
    ],
  ])("is missing on %s", async (_, machine, expected) => {
    programs({}, true);

    expect(told(await missingEngine(machine))).toEqual(expected);
  });

  test.each([
    ["a user of Debian", linux(DEBIAN, false)],
    ["root of Ubuntu", linux(UBUNTU, true)],
    ["a Mac", mac],
  ])("that may not be used is not installed once more, by %s", async (_, machine) => {
    programs(failing(DENIED), true);

    expect(told(await missingEngine(machine))).toMatchObject({
      what: "an engine that can be used: Docker engine at the local socket: permission denied",
      byTheKit: false,
    });
  });

  test("that is Podman is named, and not taken for a missing one", async () => {
    programs({ docker: "echo 5.4.2 1.41; echo Podman Engine 5.4.2" }, true);

    expect((await missingEngine(linux(FEDORA, false)))?.what).toMatch(/the local socket is Podman 5\.4\.2/);
  });

  test("of WSL2 without integration is Docker Desktop's to turn on", async () => {
    programs(failing(NO_INTEGRATION), true);

    expect((await missingEngine(linux(UBUNTU, false, WSL)))?.remedy[0]).toMatch(/^Docker Desktop on Windows/);
  });

  test("elsewhere that does not answer is nobody's to install here", async () => {
    environment("DOCKER_HOST", "ssh://root@iot.example.org");
    programs(
      failing("error during connect: ssh: connect to host iot.example.org port 22: Connection refused"),
      true,
    );

    expect(told(await missingEngine(linux(DEBIAN, true)))).toMatchObject({ byTheKit: false });
  });

  test.each([
    ["root", true, { what: "a running Docker engine", remedy: ["systemctl start docker"], byTheKit: true }],
    ["a user", false, { what: expect.stringMatching(/^a running Docker engine: /), byTheKit: false }],
  ])("that is stopped is started, not installed, by %s of Debian", async (_, isRoot, expected) => {
    programs(failing(STOPPED), true);

    expect(told(await missingEngine({ ...linux(DEBIAN, isRoot), hasEngine: true }))).toMatchObject(expected);
  });

  test("on a Mac that is stopped says what to open", async () => {
    programs(failing(STOPPED), true);

    expect(told(await missingEngine(mac))).toMatchObject({
      what: expect.stringContaining("a running Docker engine"),
      byTheKit: false,
    });
  });
});

describe("the compose plugin", () => {
  const context = { stack: stackOf([]), home: "/nonexistent", report: () => undefined };
  /** `apt-cache policy` with the one package that this system has. */
  const apt = (name: string, version: string) => ({
    docker: "exit 1",
    "apt-cache": `[ "$2" = ${name} ] && v=${version} || v='(none)'; echo "$2:"; echo "  Installed: (none)"; echo "  Candidate: $v"`,
  });

  test("that is there is not missing", async () => {
    programs({ docker: "exit 0" }, true);

    expect(await missingCompose(context, linux(DEBIAN, true))).toBe(undefined);
  });

  test.each([
    ["Debian trixie", DEBIAN, "docker-compose", "2.26.1-4"],
    ["Ubuntu", UBUNTU, "docker-compose-v2", "2.40.3+ds1-0ubuntu1~24.04.1"],
    ["Docker's own source", UBUNTU, "docker-compose-plugin", "5.0.2-1~ubuntu.24.04~noble"],
  ])("comes from apt on %s, also where there is Go", async (_, system, name, version) => {
    programs({ ...apt(name, version), go: "exit 0" }, true);

    expect(told(await missingCompose(context, linux(system, true)))).toEqual({
      what: "Docker's compose plugin",
      remedy: [`apt-get install ${name}`],
      byTheKit: true,
    });
  });

  test("is built with Go where apt has but the old Python program", async () => {
    programs({ ...apt("docker-compose", "1.29.2-3"), go: "exit 0" }, true);

    expect(told(await missingCompose(context, linux(DEBIAN, true)))).toEqual({
      what: "Docker's compose plugin",
      remedy: ["go install github.com/docker/compose/v5/cmd@v5.0.2"],
      byTheKit: true,
    });
  });

  test.each<[string, Machine, string]>([
    ["a user of Ubuntu", linux(UBUNTU, false), "sudo apt-get install docker-compose-v2"],
    [
      "Fedora",
      linux(FEDORA, false),
      "sudo dnf install docker-compose (with Docker's own source: docker-compose-plugin)",
    ],
    [
      "a Mac",
      mac,
      "Docker Desktop brings it; for Colima: brew install docker-compose, and what brew says of cliPluginsExtraDirs",
    ],
  ])("is installed by hand for %s", async (_, machine, remedy) => {
    programs(apt("docker-compose-v2", "2.40.3"), true);

    expect(told(await missingCompose(context, machine))).toMatchObject({
      remedy: [remedy, "or install Terraform and let it reach its registry: it does without compose"],
      byTheKit: false,
    });
  });
});

describe("the base image", () => {
  const tag = "exploreiot/base:0123456789abcdef";
  const rootfs = { suite: "trixie", mirror: "", securityMirror: "", epoch: 0 };
  const recipe = { tag, context: "", parents: [], buildArgs: {}, source: "auto" as const, rootfs };
  const stack = stackOf([], { recipes: [recipe] as never });

  test("is made with what apt has", async () => {
    await engine({});
    programs({}, true);

    expect(told(await missingMmdebstrap(stack, linux(DEBIAN, true)))).toMatchObject({
      remedy: ["apt-get install mmdebstrap"],
      byTheKit: true,
    });
  });

  test.each([
    ["Fedora", linux(FEDORA, true)],
    ["a Mac", mac],
  ])("cannot be made on %s, which is said before anything is installed", async (_, machine) => {
    await engine({});
    programs({}, true);

    expect(told(await missingMmdebstrap(stack, machine))).toMatchObject({
      what: "the base image, which this system cannot make (mmdebstrap, to make the base image from Debian packages)",
      byTheKit: false,
    });
  });

  test("is not missing where it is there", async () => {
    await engine({ things: { [`/images/${tag}/json`]: { Id: "x" } } });

    expect(await missingMmdebstrap(stack, mac)).toBe(undefined);
  });

  test("is not missing where it may not be asked for", async () => {
    environment("DOCKER_HOST", "unix:///nowhere/docker.sock");
    programs(failing(DENIED), true);

    expect(await missingMmdebstrap(stack, mac)).toBe(undefined);
  });

  test("is not made where it is pulled", async () => {
    await engine({});
    programs({}, true);
    const pulled = stackOf([], { recipes: [{ ...recipe, pull: "debian@sha256:0" }] as never });

    expect(await missingMmdebstrap(pulled, mac)).toBe(undefined);
  });
});

test("what is missing is told one thing a line, with what installs it", () => {
  expect(
    missingLines([
      { what: "Docker's engine", remedy: ["apt-get install docker.io"], install: async () => undefined },
      { what: "Docker's compose plugin", remedy: ["brew install docker-compose"] },
    ]),
  ).toEqual([
    "missing: Docker's engine (npm start does it)",
    "  → apt-get install docker.io",
    "missing: Docker's compose plugin",
    "  → brew install docker-compose",
  ]);
});
