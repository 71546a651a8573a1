import { dashboardAsksForALogin } from "../../../policies/traefik/dashboard-asks-for-a-login.ts";
import { judges } from "../judging.ts";

const labels = (entries: Record<string, string>) => ({
  labels: Object.entries(entries).map(([name, value]) => ({ label: `traefik.http.${name}`, value })),
});
const toApi = { "routers.dash.service": "api@internal" };

judges(dashboardAsksForALogin, "TRF-002", {
  rejects: [
    {
      name: "a route without a middleware",
      given: labels(toApi),
      evidence: ["the router dash leads to the API without a middleware"],
    },
    {
      name: "a route with one that asks for nothing",
      given: labels({
        ...toApi,
        "routers.dash.middlewares": "headers",
        "middlewares.headers.headers.stsSeconds": "31536000",
      }),
      evidence: ["the router dash leads to the API by headers, which ask for no login"],
    },
    {
      name: "one that nobody defines here",
      given: labels({ ...toApi, "routers.dash.middlewares": "login@docker" }),
      evidence: ["the middlewares login@docker of the router dash are not defined here"],
    },
  ],
  accepts: [
    {
      name: "a password",
      given: labels({
        ...toApi,
        "routers.dash.middlewares": "headers, login",
        "middlewares.headers.headers.stsSeconds": "31536000",
        "middlewares.login.basicauth.usersfile": "/run/secrets/users",
      }),
    },
    {
      name: "a login server of another container",
      given: labels({ ...toApi, "routers.dash.middlewares": "sso@docker" }),
      around: {
        docker_container: { Sso: labels({ "middlewares.sso.forwardauth.address": "http://sso:9091" }) },
      },
    },
    {
      name: "one that a file defines",
      given: labels({ ...toApi, "routers.dash.middlewares": "login@file" }),
    },
    { name: "a route elsewhere", given: labels({ "routers.app.service": "app" }), examined: 0 },
  ],
});
