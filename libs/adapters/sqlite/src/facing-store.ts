import type { SourceId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import type { ErasableStore } from '@mneme/ports';

/** Counts what is under way on each store, so that none is closed under a reader. */
export class UnderWay {
  private readonly counts = new Map<object, number>();

  isIdle(store: object): boolean {
    return (this.counts.get(store) ?? 0) === 0;
  }

  track<T>(store: object, answer: T): T {
    if (isAsyncIterable(answer)) return this.iterated(store, answer) as T;
    if (!(answer instanceof Promise)) return answer;
    this.add(store, 1);
    void answer.catch(() => undefined).finally(() => this.add(store, -1));
    return answer;
  }

  /** From the first step on until the last, or until who reads has had enough. */
  private async *iterated<T>(store: object, answer: AsyncIterable<T>): AsyncGenerator<T> {
    this.add(store, 1);
    try {
      yield* answer;
    } finally {
      this.add(store, -1);
    }
  }

  private add(store: object, change: number): void {
    this.counts.set(store, (this.counts.get(store) ?? 0) + change);
  }
}

function isAsyncIterable(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

export interface Faced<T extends ErasableStore> {
  /** The store that is live now. */
  current(): T;
  /** Those that were, or may come to be: nobody reads them, and erasures reach them. */
  others(): readonly T[];
  readonly underWay: UnderWay;
}

/**
 * One face for the store that is live, whichever that is at the moment of a call. What erasure asks is asked of the others
 * too: what is gone must not come back with a switch.
 */
export function facingStore<T extends ErasableStore & object>(faced: Faced<T>): T {
  const everywhere = erasingEverywhere(faced);
  return new Proxy({} as T, {
    get: (_target, name) => {
      if (name in everywhere && faced.others().length > 0) return Reflect.get(everywhere, name);
      const store = faced.current();
      const value: unknown = Reflect.get(store, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => faced.underWay.track(store, Reflect.apply(value, store, given));
    },
  });
}

function erasingEverywhere<T extends ErasableStore>({ current, others }: Faced<T>) {
  const sum = async (each: (store: T) => Promise<number>) => {
    let total = 0;
    for (const store of [current(), ...others()]) total += await each(store);
    return total;
  };
  return {
    countSubject: (subject: SubjectRef, belowEpoch: number) => sum((store) => store.countSubject(subject, belowEpoch)),
    eraseSubject: (subject: SubjectRef, belowEpoch: number) => sum((store) => store.eraseSubject(subject, belowEpoch)),
    eraseSources: (subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number) =>
      sum((store) => store.eraseSources(subject, sourceIds, belowEpoch)),
    findIds: async (tenantId: TenantId, ids: readonly string[]) => {
      const found = new Set<string>();
      for (const store of [current(), ...others()]) {
        for (const id of await store.findIds(tenantId, ids)) found.add(id);
      }
      return [...found];
    },
  };
}
