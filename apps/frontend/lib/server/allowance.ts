/** Calls allowed at once and per second for this server as a whole: the page is open to all, the backend's key is not. */
export class Allowance {
  private left: number;
  private countedAt: number;

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    now: number,
  ) {
    this.left = burst;
    this.countedAt = now;
  }

  take(now: number): boolean {
    const earned = (Math.max(0, now - this.countedAt) / 1000) * this.perSecond;
    this.left = Math.min(this.burst, this.left + earned);
    this.countedAt = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
