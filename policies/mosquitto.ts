import { parseMosquittoConf } from "./files/mosquitto-conf.ts";
import { reader } from "./parsed-files.ts";

export const mosquittoConf = reader(parseMosquittoConf);
