import { mongodbAsksForALogin } from "../../../policies/stores/mongodb-asks-for-a-login.ts";
import { judges } from "../judging.ts";
import { FILE, LOOPBACK_PORT, OPEN_PORT, UNSEEN } from "../programs.ts";

const mongo = { image: "mongo:8" };
const open = "nothing turns authorization on: no root user, no --auth and no --keyFile";
const config = { command: ["mongod", "--config", "/etc/mongod.conf"] };

judges(mongodbAsksForALogin, "STO-002", {
  rejects: [
    { name: "one that is published as it comes", given: { ...mongo, ...OPEN_PORT(27017) }, evidence: [open] },
    {
      name: "one on loopback",
      given: { ...mongo, ...LOOPBACK_PORT(27017) },
      evidence: [{ severity: "medium", text: open }],
    },
    {
      name: "a program by its name, and a user that is overruled",
      given: {
        image: "acme/base:1",
        command: ["mongod", "--noauth"],
        env: ["MONGO_INITDB_ROOT_USERNAME=root"],
        ...OPEN_PORT(27017),
      },
      evidence: [open],
    },
    {
      name: "a file that turns it off",
      given: { ...mongo, ...config, ...FILE("/etc/mongod.conf", "security: {authorization: disabled}") },
      evidence: [{ severity: "medium", text: open }],
    },
    {
      name: "a file that says nothing of it",
      given: { ...mongo, ...config, ...FILE("/etc/mongod.conf", "net: {port: 27017}") },
      evidence: [{ severity: "medium", text: open }],
    },
    {
      name: "a file that is not known here",
      given: { ...mongo, ...config, ...UNSEEN("/etc/mongod.conf") },
      evidence: ["cannot be judged: /etc/mongod.conf: its text is not known here"],
    },
    {
      name: "an empty user",
      given: { ...mongo, env: ["MONGO_INITDB_ROOT_USERNAME="] },
      evidence: [{ severity: "medium", text: open }],
    },
  ],
  accepts: [
    { name: "a root user", given: { ...mongo, env: ["MONGO_INITDB_ROOT_USERNAME=root"] } },
    {
      name: "a root user that is named later",
      given: { ...mongo, env: ["MONGO_INITDB_ROOT_USERNAME=${var.u}"] },
    },
    {
      name: "Bitnami's password",
      given: { image: "bitnami/mongodb:8", env: ["MONGODB_ROOT_PASSWORD_FILE=/s"] },
    },
    { name: "an option", given: { ...mongo, command: ["--auth"] } },
    { name: "a key of a replica set", given: { ...mongo, command: ["mongod", "--keyFile", "/k"] } },
    {
      name: "a file that turns it on",
      given: { ...mongo, ...config, ...FILE("/etc/mongod.conf", "security:\n  authorization: enabled\n") },
    },
    {
      name: "a file with a key",
      given: { ...mongo, ...config, ...FILE("/etc/mongod.conf", "security.keyFile: /k\n") },
    },
    { name: "a page for it", given: { image: "mongo-express:1" }, examined: 0 },
    { name: "a client", given: { ...mongo, command: ["mongosh", "--host", "db"] }, examined: 0 },
  ],
});
