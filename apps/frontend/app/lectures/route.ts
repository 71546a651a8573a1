import { Allowance } from "@/lib/server/allowance";
import { currentSettings } from "@/lib/server/current-settings";
import { receive } from "@/lib/server/receive";

const BURST = 20;
const PER_SECOND = 5;
const allowance = new Allowance(BURST, PER_SECOND, Date.now());

export function POST(request: Request): Promise<Response> {
  return receive(request, currentSettings(), allowance);
}
