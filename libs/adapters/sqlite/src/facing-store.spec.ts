import { describe, expect, it } from '@jest/globals';
import { UnderWay } from './facing-store.js';

async function* steps(): AsyncGenerator<number> {
  yield 1;
  yield 2;
}

describe('what is under way on a store', () => {
  it('is a promise until it is settled, and what is no promise never', async () => {
    const [underWay, store] = [new UnderWay(), {}];
    let settle = (): void => undefined;
    const answer = underWay.track(store, new Promise<void>((resolve) => (settle = resolve)));
    expect([underWay.isIdle(store), underWay.isIdle({})]).toEqual([false, true]);
    settle();
    await answer;
    await new Promise((resolve) => setImmediate(resolve));
    expect(underWay.isIdle(store)).toBe(true);
    expect(underWay.track(store, 7)).toBe(7);
    expect(underWay.isIdle(store)).toBe(true);
  });

  it('is what is read step by step, from the first step to the last or to its end before that', async () => {
    const [underWay, store] = [new UnderWay(), {}];
    const all: number[] = [];
    for await (const one of underWay.track(store, steps())) {
      expect(underWay.isIdle(store)).toBe(false);
      all.push(one);
    }
    expect([all, underWay.isIdle(store)]).toEqual([[1, 2], true]);
    for await (const _one of underWay.track(store, steps())) break;
    expect(underWay.isIdle(store)).toBe(true);
  });
});
