#!/usr/bin/env node
import { refuseOtherGround } from "./ground.js";
import { program } from "./program.js";

refuseOtherGround();
const { main } = await program("cli");
await main();
