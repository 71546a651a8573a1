import { expect, test } from "vitest";
import { linesIn } from "../../policies/lines.ts";

const COMPOSE = `x-web: &w
  labels:
    web: "1"
services:
  db: {image: "nginx:1.27"}
  "web":
    <<: *w
    # not here: privileged: false
    image: nginx:1.27
    privileged: true
    environment:
      - API_KEY=x
      - TZ=UTC
    ports:
      - "80:80"
    healthcheck:
      test: "true"
  web.api:
    image: a
    environment:
      DB_PASS: x
networks:
  web:
    internal: false
`;

test.each([
  ["services.web", "privileged is true", 10],
  ["services.web", "API_KEY has a value", 12],
  ["services.web", "host_ip of port 80 is not set", 15],
  ["services.web", 'healthcheck.test is "true", which cannot fail', 16],
  ["services.web", "cap_drop is not set", 6],
  ["services.web:/etc/redis.conf", "port is 1", 14],
  ["services.web.api", "DB_PASS has a value", 21],
  ["services.db", 'image is "nginx:1.27", without a digest', 5],
  ["networks.web", "internal is false", 24],
  ["stack", "anything", 1],
  ["services.elsewhere", "image is unset", 1],
])("%s: %s stands on line %d", (path, evidence, line) => {
  expect(linesIn(COMPOSE)({ path, evidence })).toBe(line);
});

test("a construct stands where cdktf notes its path", () => {
  const text = JSON.stringify({ a: { "//": { metadata: { path: "demo/A" } } } }, null, 2);

  expect(linesIn(text)({ path: "demo/A:redis.conf", evidence: "port is 1" })).toBe(5);
});
