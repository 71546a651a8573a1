import { program } from "./program.js";

const { main } = await program("main");
await main();
