const { program } = require("./program.js");

program("main").then(({ main }) => main());
