#!/usr/bin/env node
const { refuseOtherGround } = require("./ground.js");
const { program } = require("./program.js");

refuseOtherGround();
program("cli").then(({ main }) => main());
