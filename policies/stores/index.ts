import type { Policy } from "../policy.ts";
import { influxdbAsksForALogin } from "./influxdb-asks-for-a-login.ts";
import { memcachedAsksForALogin } from "./memcached-asks-for-a-login.ts";
import { mongodbAsksForALogin } from "./mongodb-asks-for-a-login.ts";
import { mysqlKnowsItsUsers } from "./mysql-knows-its-users.ts";
import { otherStoresAskForALogin } from "./other-stores-ask-for-a-login.ts";
import { rabbitmqHasNoGuest } from "./rabbitmq-has-no-guest.ts";
import { searchEnginesAskForALogin } from "./search-engines-ask-for-a-login.ts";

export const stores: readonly Policy[] = [
  mysqlKnowsItsUsers,
  mongodbAsksForALogin,
  influxdbAsksForALogin,
  searchEnginesAskForALogin,
  rabbitmqHasNoGuest,
  memcachedAsksForALogin,
  otherStoresAskForALogin,
];
