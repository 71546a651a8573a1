import type { Policy } from "../policy.ts";
import { applicationsHaveTheirOwnUser } from "./applications-have-their-own-user.ts";
import { clientsAreBounded } from "./clients-are-bounded.ts";
import { clientsLogIn } from "./clients-log-in.ts";
import { connectionsStayPrivate } from "./connections-stay-private.ts";
import { dangerousCommandsAreOff } from "./dangerous-commands-are-off.ts";
import { memoryIsBounded } from "./memory-is-bounded.ts";
import { passwordsAreHashed } from "./passwords-are-hashed.ts";
import { passwordsAreNoArguments } from "./passwords-are-no-arguments.ts";
import { persistenceIsChosen } from "./persistence-is-chosen.ts";
import { privilegesAreDropped } from "./privileges-are-dropped.ts";
import { protectedModeIsOn } from "./protected-mode-is-on.ts";
import { slowClientsAreBounded } from "./slow-clients-are-bounded.ts";

export const redis: readonly Policy[] = [
  clientsLogIn,
  passwordsAreNoArguments,
  protectedModeIsOn,
  dangerousCommandsAreOff,
  memoryIsBounded,
  clientsAreBounded,
  connectionsStayPrivate,
  persistenceIsChosen,
  privilegesAreDropped,
  applicationsHaveTheirOwnUser,
  passwordsAreHashed,
  slowClientsAreBounded,
];
