import type { Policy } from "../policy.ts";
import { apiPagesAreOff } from "./api-pages-are-off.ts";
import { applicationsAreBehindTheEdge } from "./applications-are-behind-the-edge.ts";
import { bodiesAreLimited } from "./bodies-are-limited.ts";
import { browsersGetNoSecrets } from "./browsers-get-no-secrets.ts";
import { credentialsNeedListedOrigins } from "./credentials-need-listed-origins.ts";
import { forwardedHeadersAreBelievedOfTheEdge } from "./forwarded-headers-are-believed-of-the-edge.ts";
import { hostNamesAreChecked } from "./host-names-are-checked.ts";
import { originsAreListed } from "./origins-are-listed.ts";
import { productionRunsNoDevelopmentMode } from "./production-runs-no-development-mode.ts";
import { requestsAreRateLimited } from "./requests-are-rate-limited.ts";
import { securityHeadersAreSet } from "./security-headers-are-set.ts";
import { serversDoNotNameThemselves } from "./servers-do-not-name-themselves.ts";
import { serversHaveLimits } from "./servers-have-limits.ts";
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
];
