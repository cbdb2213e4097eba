import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 6;

/** Lets long work on the main thread give way to the event loop; work shorter than a slice never waits. */
export class TimeSlice {
  private startedAt = performance.now();

  get isUsedUp(): boolean {
    return performance.now() - this.startedAt > SLICE_MS;
  }

  async giveWay(): Promise<void> {
    await nextTurn();
    this.startedAt = performance.now();
  }
}
