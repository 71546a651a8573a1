import type { Policy } from "../policy.ts";
import { bridgesKnowTheirBroker } from "./bridges-know-their-broker.ts";
import { brokerSpeaksCurrentTls } from "./broker-speaks-current-tls.ts";
import { browsersStayOnHttps } from "./browsers-stay-on-https.ts";
import { certificatesAreValid } from "./certificates-are-valid.ts";
import { containersReachEnginesSafely } from "./containers-reach-engines-safely.ts";
import { databaseLinksAreEncrypted } from "./database-links-are-encrypted.ts";
import { edgeSpeaksCurrentTls } from "./edge-speaks-current-tls.ts";
import { engineIsReachedSafely } from "./engine-is-reached-safely.ts";
import { hostKeysAreChecked } from "./host-keys-are-checked.ts";
import { keyFilesAreClosed } from "./key-files-are-closed.ts";
import { keysAreStrong } from "./keys-are-strong.ts";
import { mqttClientsUseTls } from "./mqtt-clients-use-tls.ts";
import { mqttOverWebsocketsIsEncrypted } from "./mqtt-over-websockets-is-encrypted.ts";
import { privateKeysAreNotInValues } from "./private-keys-are-not-in-values.ts";
import { productionListensWithTls } from "./production-listens-with-tls.ts";
import { productionPublishesNoClearText } from "./production-publishes-no-clear-text.ts";
import { redisLinksAreEncrypted } from "./redis-links-are-encrypted.ts";

export const tls: readonly Policy[] = [
  productionListensWithTls,
  productionPublishesNoClearText,
  brokerSpeaksCurrentTls,
  edgeSpeaksCurrentTls,
  certificatesAreValid,
  keysAreStrong,
  privateKeysAreNotInValues,
  keyFilesAreClosed,
  browsersStayOnHttps,
  databaseLinksAreEncrypted,
  redisLinksAreEncrypted,
  mqttClientsUseTls,
  engineIsReachedSafely,
  hostKeysAreChecked,
  mqttOverWebsocketsIsEncrypted,
  containersReachEnginesSafely,
  bridgesKnowTheirBroker,
];
