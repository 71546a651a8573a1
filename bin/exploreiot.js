#!/usr/bin/env node
import { refuseOtherGround } from "./ground.js";
import { program } from "./program.js";

refuseOtherGround();
await import(await program("cli"));
