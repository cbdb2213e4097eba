/** Names that are left alone until a time; of so many names the oldest are forgotten. */
export class Resting {
  private readonly untilMs = new Map<string, number>();

  constructor(private readonly namesMax: number) {}

  rest(name: string, untilMs: number): void {
    this.untilMs.delete(name);
    this.untilMs.set(name, untilMs);
    const [oldest] = this.untilMs.keys();
    if (this.untilMs.size > this.namesMax && oldest !== undefined) this.untilMs.delete(oldest);
  }

  rests(name: string, nowMs: number): boolean {
    const untilMs = this.untilMs.get(name);
    if (untilMs === undefined) return false;
    if (untilMs > nowMs) return true;
    this.untilMs.delete(name);
    return false;
  }
}
