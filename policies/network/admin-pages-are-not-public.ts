import { describe, isOpen, publishedPorts, publishesPorts } from "../facts/ports.ts";
import { imageOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/** Images that are there to administer or to watch others. */
const TOOLS =
  /(^|\/)(pgadmin4?|adminer|phpmyadmin|redisinsight|redis-commander|phpredisadmin|mqtt-explorer|mqttx-web|portainer(-ce)?|dozzle|grafana(-oss)?|prometheus|alertmanager|cadvisor|node-exporter|[\w-]*[_-]exporter|[\w-]*-ui|swagger-ui)([:@]|$)/;

/** Ports inside on which services show their own state. */
const STATE_PORTS: readonly number[] = [8404, 9090, 9091, 9100, 9187, 15672, 18083];

export const adminPagesAreNotPublic = definePolicy({
  id: "NET-025",
  severity: "medium",
  title: "admin pages and metrics are not on public addresses",
  why: "Such pages have the rights of what they administer, and are watched less than the application.",
  avoid: `image: dpage/pgadmin4:9.1
ports: ["8080:80"]`,
  prefer: `image: dpage/pgadmin4:9.1
ports: ["127.0.0.1:8080:80"]`,
  allowed: "tools such as pgAdmin and metrics ports published on loopback, or not at all",
  fix: "publish on 127.0.0.1 and use an SSH tunnel",
  source:
    "documentation of pgAdmin, Redis Insight and Prometheus: none has access control that is on unasked",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource, stack) => {
    const image = imageOf(resource, stack) ?? "";
    return publishedPorts(resource)
      .filter(isOpen)
      .filter((port) => TOOLS.test(image) || STATE_PORTS.includes(Number(port.internal)))
      .map((port) => `${describe(port)} of ${image === "" ? "an image known only at apply" : image}`);
  },
});
