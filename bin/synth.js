import { program } from "./program.js";

const { main } = await import(await program("main"));
await main();
