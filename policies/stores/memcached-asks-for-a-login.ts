import type { Resource } from "../document.ts";
import { commandOf } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { byOption, byVariable } from "../facts/program-settings.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const memcachedAsksForALogin = definePolicy({
  id: "STO-006",
  severity: "critical",
  title: "Memcached asks its clients for a login",
  why: "Memcached gives everybody who reaches it all that it holds, sessions of users among it, and takes any change. Without a login its network alone protects it.",
  avoid: 'image: memcached:1.6\nports: ["11211:11211"]',
  prefer: "image: memcached:1.6\ncommand: memcached --enable-sasl",
  allowed: "--enable-sasl or --auth-file in command",
  fix: "publish no port, and start it with --enable-sasl where others share its network",
  source: "memcached documentation, authentication",
  looksAt: RUNS,
  where: isProduct("memcached"),
  check: (resource) =>
    byExposure([resource], "low", isGuarded(resource) ? [] : ["command turns no login on"]),
});

const isGuarded = (resource: Resource): boolean =>
  // -s is the path of a socket, and so the case of these letters counts.
  commandOf(resource).some((word) => /^-(S|Y)/.test(word)) ||
  byOption(resource, "enable-sasl", "auth-file") !== undefined ||
  byVariable(resource, "MEMCACHED_PASSWORD", "MEMCACHED_PASSWORD_FILE") !== undefined;
