import { BlockList, isIP } from "node:net";
import { rememberedText } from "./remembered.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** Whether only the machine itself reaches an address. False for what is no address, and for what apply computes. */
export const isLoopback = (address: unknown): boolean => inText(String(address));

const inText = rememberedText((text): boolean => {
  const family = isIP(text);
  return family !== 0 && LOOPBACK.check(text, family === 6 ? "ipv6" : "ipv4");
});
