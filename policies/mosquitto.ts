import { parseMosquittoConf } from "./files/mosquitto-conf.ts";
import { reader } from "./files/parsed.ts";

export const mosquittoConf = reader(parseMosquittoConf);
