import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { TicketLock } from './ticket-lock.js';

const ROUNDS = 20_000;

// The other side by hand: a worker of plain JavaScript takes tickets from the same words.
const OTHER = `
  const { workerData, parentPort } = require('node:worker_threads');
  const words = new Int32Array(workerData.buffer, 0, 2);
  const shared = new Int32Array(workerData.buffer, 8, 2);
  parentPort.postMessage('ready');
  for (let round = 0; round < workerData.rounds; round++) {
    const ticket = Atomics.add(words, 0, 1);
    for (let serving = Atomics.load(words, 1); serving !== ticket; serving = Atomics.load(words, 1)) Atomics.wait(words, 1, serving);
    shared[0] = shared[0] + 1;
    Atomics.add(words, 1, 1);
    Atomics.notify(words, 1);
  }
`;

describe('ticket lock', () => {
  it('lets one thread in at a time: no unguarded count is lost', async () => {
    const buffer = new SharedArrayBuffer(16);
    const shared = new Int32Array(buffer, 8, 2);
    const worker = new Worker(OTHER, { eval: true, workerData: { buffer, rounds: ROUNDS } });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    await new Promise((resolve) => worker.once('message', resolve));
    const lock = new TicketLock(buffer, 0);
    for (let round = 0; round < ROUNDS; round++) {
      lock.hold(() => {
        shared[0] = (shared[0] as number) + 1;
      });
    }
    await ended;
    expect(shared[0]).toBe(2 * ROUNDS);
  });

  it('is given back when the work throws, and answers what the work answers', async () => {
    const lock = new TicketLock(new SharedArrayBuffer(TicketLock.BYTES), 0);
    expect(() =>
      lock.hold(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    await setTimeout(0);
    expect(lock.hold(() => 7)).toBe(7);
  });
});
