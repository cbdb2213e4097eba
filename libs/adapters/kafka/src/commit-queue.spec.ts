import { describe, expect, it } from '@jest/globals';
import { CommitQueue } from './commit-queue.js';

describe('the queue of commits', () => {
  const recorded = () => {
    const sent: Record<number, number>[] = [];
    const answers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
    const queue = new CommitQueue((offsets) => {
      sent.push(Object.fromEntries(offsets));
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    });
    return { queue, sent, answers };
  };
  const turns = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };

  it('sends what comes meanwhile together, the highest of each partition', async () => {
    const { queue, sent, answers } = recorded();
    const first = queue.commit(0, 5);
    await turns();
    const more = [queue.commit(1, 3), queue.commit(0, 9), queue.commit(0, 7)];
    await turns();
    expect(sent).toEqual([{ 0: 5 }]);
    answers[0]?.resolve();
    await first;
    await turns();
    expect(sent).toEqual([{ 0: 5 }, { 0: 9, 1: 3 }]);
    answers[1]?.resolve();
    await Promise.all(more);
  });

  it('tells those whose commit failed, and goes on', async () => {
    const { queue, sent, answers } = recorded();
    const failing = queue.commit(0, 5);
    await turns();
    const later = queue.commit(0, 6);
    answers[0]?.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    await turns();
    answers[1]?.resolve();
    await later;
    expect(sent).toEqual([{ 0: 5 }, { 0: 6 }]);
  });
});
