import { Timeout } from '@mneme/domain';

const NEXT = 0;
const SERVING = 1;
const WORDS = 2;
const WAIT_MS_MAX = 30_000;

/**
 * Lets two threads write one file in turn, first come, first served. The engine's own waiting is a sleep between
 * attempts: a thread that writes often takes the file again before the other looks, which then starves.
 */
export class TicketLock {
  private readonly words: Int32Array;

  /** What one takes of a buffer. */
  static readonly BYTES = WORDS * Int32Array.BYTES_PER_ELEMENT;

  /** `buffer` has `BYTES` at `byteOffset`, all zero when the first thread comes. */
  constructor(buffer: SharedArrayBuffer, byteOffset: number) {
    this.words = new Int32Array(buffer, byteOffset, WORDS);
  }

  /** Runs `work`, which must not await, while no other thread runs any. @throws Timeout when the other never ends. */
  hold<T>(work: () => T): T {
    const ticket = Atomics.add(this.words, NEXT, 1);
    for (let serving = Atomics.load(this.words, SERVING); serving !== ticket;) {
      if (Atomics.wait(this.words, SERVING, serving, WAIT_MS_MAX) === 'timed-out') {
        throw new Timeout('another thread does not give the file back', { limit: `waitMsMax=${WAIT_MS_MAX}` });
      }
      serving = Atomics.load(this.words, SERVING);
    }
    try {
      return work();
    } finally {
      Atomics.add(this.words, SERVING, 1);
      Atomics.notify(this.words, SERVING);
    }
  }
}
