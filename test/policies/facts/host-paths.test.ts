import { describe, expect, test } from "vitest";
import { isRuntimeSocket, isSensitive } from "../../../policies/facts/host-paths.ts";

describe("host paths", () => {
  test.each([
    ...["/", "/boot", "/dev/ttyUSB0", "/etc", "/etc/shadow", "/lib64/x", "/proc/1", "/sys", "/usr/bin"],
    ...[
      "/root/.bashrc",
      "/home",
      "/home/ada",
      "~",
      "~/.ssh",
      "/home/ada/.aws/credentials",
      "/run",
      "/var/run/x",
    ],
    ...[
      "/var",
      "/var/lib",
      "/var/lib/docker",
      "/var/lib/containerd/x",
      "/srv/../etc",
      "//etc",
      "/bin",
      "/sbin",
    ],
  ])("%s is sensitive", (path) => {
    expect(isSensitive(path)).toBe(true);
  });

  test.each([
    ...[
      "/srv",
      "/srv/etc",
      "/opt/app",
      "/mnt/data",
      "/home/ada/project",
      "./data",
      "../etc-of-app",
      "~/project",
    ],
    ...["/etc/localtime", "/etc/timezone", "/var/log/app", "/library", "/rootless", "/var/lib/app"],
  ])("%s is not", (path) => {
    expect(isSensitive(path)).toBe(false);
  });

  test.each([
    ...["/var/run/docker.sock", "/run/docker.sock", "/run/user/1000/docker.sock", "/run/podman/podman.sock"],
    ...["/run/containerd/containerd.sock", "/run/containerd", "./docker.sock", "/var/run/crio/crio.sock"],
  ])("%s is the socket of a runtime, or its folder", (path) => {
    expect(isRuntimeSocket(path)).toBe(true);
  });

  test.each(["/run/postgresql", "/srv/mydocker.sock", "/run/docker.socket", "/opt/containerd"])(
    "%s is not",
    (path) => {
      expect(isRuntimeSocket(path)).toBe(false);
    },
  );
});
