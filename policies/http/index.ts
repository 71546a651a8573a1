import type { Policy } from "../policy.ts";
import { apiPagesAreOff } from "./api-pages-are-off.ts";
import { applicationsAreBehindTheEdge } from "./applications-are-behind-the-edge.ts";
import { bodiesAreLimited } from "./bodies-are-limited.ts";
import { bodiesArriveInTime } from "./bodies-arrive-in-time.ts";
import { browsersGetNoSecrets } from "./browsers-get-no-secrets.ts";
import { clientsDoNotSayWhoTheyAre } from "./clients-do-not-say-who-they-are.ts";
import { connectionsAreLimited } from "./connections-are-limited.ts";
import { credentialsNeedListedOrigins } from "./credentials-need-listed-origins.ts";
import { forwardedHeadersAreBelievedOfTheEdge } from "./forwarded-headers-are-believed-of-the-edge.ts";
import { hostNamesAreChecked } from "./host-names-are-checked.ts";
import { onlyOrdinaryRequestsPass } from "./only-ordinary-requests-pass.ts";
import { originsAreAnsweredByTheEdge } from "./origins-are-answered-by-the-edge.ts";
import { originsAreListed } from "./origins-are-listed.ts";
import { productionRunsNoDevelopmentMode } from "./production-runs-no-development-mode.ts";
import { requestsAreLogged } from "./requests-are-logged.ts";
import { requestsAreRateLimited } from "./requests-are-rate-limited.ts";
import { securityHeadersAreSet } from "./security-headers-are-set.ts";
import { serversDoNotNameThemselves } from "./servers-do-not-name-themselves.ts";
import { serversHaveLimits } from "./servers-have-limits.ts";
import { socketsOpenForOwnPages } from "./sockets-open-for-own-pages.ts";
import { statisticsStayInside } from "./statistics-stay-inside.ts";
import { writesNeedAKey } from "./writes-need-a-key.ts";

export const http: readonly Policy[] = [
  originsAreListed,
  credentialsNeedListedOrigins,
  requestsAreRateLimited,
  hostNamesAreChecked,
  securityHeadersAreSet,
  bodiesAreLimited,
  forwardedHeadersAreBelievedOfTheEdge,
  productionRunsNoDevelopmentMode,
  apiPagesAreOff,
  browsersGetNoSecrets,
  writesNeedAKey,
  serversHaveLimits,
  serversDoNotNameThemselves,
  applicationsAreBehindTheEdge,
  connectionsAreLimited,
  clientsDoNotSayWhoTheyAre,
  onlyOrdinaryRequestsPass,
  bodiesArriveInTime,
  socketsOpenForOwnPages,
  originsAreAnsweredByTheEdge,
  requestsAreLogged,
  statisticsStayInside,
];
