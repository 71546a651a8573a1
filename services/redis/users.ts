import type { SecretText } from "../../core/secret-text.ts";
import type { redisLogins } from "../store-logins.ts";

/** The ACL file: the default user is off; each role that logs in has its own keys and channels and no administration. */
export function redisUsers(logins: ReturnType<typeof redisLogins>): SecretText {
  return [
    "user default off\nuser health on ",
    { secret: "redis-health-password", as: "redis" },
    " resetchannels -@all +ping\n",
    ...logins.flatMap(redisUser),
  ];
}

/** One line of it. */
export const redisUser = ({ user, secret, rights }: ReturnType<typeof redisLogins>[number]): SecretText => [
  `user ${user} on `,
  { secret, as: "redis" },
  ` resetchannels ${rights}\n`,
];
