import { Unavailable } from '@mneme/domain';

export type Outcome<Answer> =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly error: unknown };

export interface CommitLimits {
  /** Turns of one group; a larger call goes alone. */
  readonly groupTurnsMax: number;
  readonly waitingTurnsMax: number;
}

interface Waiting<Call, Answer> {
  readonly call: Call;
  readonly turns: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One commit at a time, in the order of `submit`; what comes meanwhile waits and goes together in the next group. So
 * instants rise within every partition, and a disk is asked once for many small requests.
 */
export class CommitQueue<Call, Answer> {
  private waiting: Waiting<Call, Answer>[] = [];
  private waitingTurns = 0;
  private running: Promise<void> | undefined;

  /** `commit` answers each call in its order; when it rejects, all of them fail. */
  constructor(
    private readonly commit: (calls: readonly Call[]) => Promise<readonly Outcome<Answer>[]>,
    private readonly limits: CommitLimits,
  ) {}

  /** @throws Unavailable when too much is waiting; what `commit` says of the call. */
  submit(call: Call, turns: number): Promise<Answer> {
    if (this.waitingTurns > 0 && this.waitingTurns + turns > this.limits.waitingTurnsMax) {
      const detail = { limit: `waitingTurnsMax=${this.limits.waitingTurnsMax}`, sent: `${turns} turns` };
      return Promise.reject(new Unavailable('too many turns are waiting to be written; send them again later', detail));
    }
    this.waitingTurns += turns;
    return new Promise((resolve, reject) => {
      this.waiting.push({ call, turns, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing is waiting any more. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    // Requests that arrive in the same turn of the event loop make one group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) await this.settle(this.takeGroup());
    this.running = undefined;
  }

  private takeGroup(): readonly Waiting<Call, Answer>[] {
    let turns = 0;
    let calls = 0;
    for (const waiting of this.waiting) {
      if (calls > 0 && turns + waiting.turns > this.limits.groupTurnsMax) break;
      turns += waiting.turns;
      calls += 1;
    }
    this.waitingTurns -= turns;
    return this.waiting.splice(0, calls);
  }

  private async settle(group: readonly Waiting<Call, Answer>[]): Promise<void> {
    try {
      const outcomes = await this.commit(group.map(({ call }) => call));
      group.forEach(({ resolve, reject }, i) => {
        const outcome = outcomes[i];
        if (outcome?.ok === true) resolve(outcome.answer);
        else reject(outcome?.error ?? new Error('a commit left a call without an answer'));
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
