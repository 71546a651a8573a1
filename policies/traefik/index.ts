import type { Policy } from "../policy.ts";
import { apiAsksForALogin } from "./api-asks-for-a-login.ts";
import { certificatesOfServicesAreChecked } from "./certificates-of-services-are-checked.ts";
import { containersAskToBePublished } from "./containers-ask-to-be-published.ts";
import { dashboardAsksForALogin } from "./dashboard-asks-for-a-login.ts";
import { sendersAreWhoTheyAre } from "./senders-are-who-they-are.ts";

export const traefik: readonly Policy[] = [
  apiAsksForALogin,
  dashboardAsksForALogin,
  containersAskToBePublished,
  certificatesOfServicesAreChecked,
  sendersAreWhoTheyAre,
];
