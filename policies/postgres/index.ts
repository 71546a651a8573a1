import type { Policy } from "../policy.ts";
import { addressesAreStated } from "./addresses-are-stated.ts";
import { applicationIsNoSuperuser } from "./application-is-no-superuser.ts";
import { connectionsStayPrivate } from "./connections-stay-private.ts";
import { dataHasChecksums } from "./data-has-checksums.ts";
import { dataIsOnAVolume } from "./data-is-on-a-volume.ts";
import { databaseMayFinish } from "./database-may-finish.ts";
import { lostClientsAreLetGo } from "./lost-clients-are-let-go.ts";
import { majorVersionIsKept } from "./major-version-is-kept.ts";
import { nobodyIsTrusted } from "./nobody-is-trusted.ts";
import { passwordComesFromAFile } from "./password-comes-from-a-file.ts";
import { passwordsUseScram } from "./passwords-use-scram.ts";
import { scriptsCarryNoCredentials } from "./scripts-carry-no-credentials.ts";
import { sessionsAreBounded } from "./sessions-are-bounded.ts";
import { sessionsAreLogged } from "./sessions-are-logged.ts";
import { sharedMemoryIsEnough } from "./shared-memory-is-enough.ts";

export const postgres: readonly Policy[] = [
  nobodyIsTrusted,
  passwordsUseScram,
  passwordComesFromAFile,
  applicationIsNoSuperuser,
  connectionsStayPrivate,
  dataIsOnAVolume,
  dataHasChecksums,
  sharedMemoryIsEnough,
  databaseMayFinish,
  addressesAreStated,
  sessionsAreBounded,
  sessionsAreLogged,
  majorVersionIsKept,
  scriptsCarryNoCredentials,
  lostClientsAreLetGo,
];
