import { Unavailable } from '@mneme/domain';

/** How much one transaction takes, and how much may wait for the next. */
export interface GroupLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly waitingBytesMax: number;
}

export const DEFAULT_GROUP_LIMITS: GroupLimits = {
  recordsMax: 2_000,
  bytesMax: 4 * 1024 * 1024,
  waitingBytesMax: 64 * 1024 * 1024,
};

export interface CallSize {
  readonly records: number;
  readonly bytes: number;
}

interface Waiting<Call, Answer> {
  readonly call: Call;
  readonly size: CallSize;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes the calls of one turn of the event loop in one transaction, in the order in which they came, and answers each
 * once it is durable. A call is never split; one that is bigger than a group goes alone.
 */
export class GroupCommit<Call, Answer> {
  private waiting: Waiting<Call, Answer>[] = [];
  private waitingBytes = 0;
  private isClosed = false;

  /** `write` writes the calls in one transaction, or throws and has written none; it answers in their order. */
  constructor(
    private readonly write: (calls: readonly Call[]) => readonly Answer[],
    private readonly limits: GroupLimits = DEFAULT_GROUP_LIMITS,
  ) {}

  /** @throws Unavailable when too much is waiting already, or it is closed; what `write` throws. */
  submit(call: Call, size: CallSize): Promise<Answer> {
    if (this.isClosed) return Promise.reject(new Unavailable('the store is closed'));
    if (this.waitingBytes > 0 && this.waitingBytes + size.bytes > this.limits.waitingBytesMax) {
      const detail = { limit: `waitingBytesMax=${this.limits.waitingBytesMax}`, sent: String(size.bytes) };
      return Promise.reject(new Unavailable('too much is waiting to be written', detail));
    }
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => this.flush());
      this.waiting.push({ call, size, resolve, reject });
      this.waitingBytes += size.bytes;
    });
  }

  /** Writes what is waiting at once; later calls are refused. */
  close(): void {
    this.isClosed = true;
    while (this.waiting.length > 0) this.settle(this.takeGroup());
  }

  private flush(): void {
    this.settle(this.takeGroup());
    if (this.waiting.length > 0) setImmediate(() => this.flush());
  }

  private takeGroup(): readonly Waiting<Call, Answer>[] {
    let records = 0;
    let bytes = 0;
    let count = 0;
    for (const { size } of this.waiting) {
      const isFull = records + size.records > this.limits.recordsMax || bytes + size.bytes > this.limits.bytesMax;
      if (count > 0 && isFull) break;
      records += size.records;
      bytes += size.bytes;
      count += 1;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  // When a group fails each call is tried alone, so that one too big for the disk does not take others with it.
  private settle(group: readonly Waiting<Call, Answer>[]): void {
    if (group.length === 0) return;
    let answers: readonly Answer[];
    try {
      answers = this.write(group.map(({ call }) => call));
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const waiting of group) this.settle([waiting]);
      return;
    }
    group.forEach(({ resolve }, index) => resolve(answers[index] as Answer));
  }
}
