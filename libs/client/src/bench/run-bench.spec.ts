import { afterEach, describe, expect, it } from '@jest/globals';
import { startStubService } from '../stub-service.js';
import { stubMemory } from '../stub-memory.js';
import { runBench } from './run-bench.js';

const opened: { close(): void }[] = [];
afterEach(() => opened.splice(0).forEach((one) => one.close()));

const samples = { singleTurns: 20, firstTouches: 5, recalls: 30, reads: 10, warmUp: 5 };

async function bench(options: { memories: number; others: number; facts?: boolean }) {
  const memory = stubMemory();
  const service = await startStubService(memory.handlers);
  opened.push(service);
  const phases = new Set<string>();
  const report = await runBench({
    address: service.address,
    operatorKey: 'mneme_op_key',
    checkout: '/',
    samples,
    onProgress: (phase) => phases.add(phase),
    ...options,
  });
  return { memory, report, phases: [...phases] };
}

describe('runBench', () => {
  it('runs every phase and tells how', async () => {
    const { memory, report, phases } = await bench({ memories: 350, others: 2 });
    const background = report.recall.underIngest.reduce((sum, row) => sum + row.background.turns, 0);
    expect(memory.turns).toHaveLength(350 + 20 + background + 700);
    expect(report.load).toMatchObject({ turns: 350, batchTurns: 100, inFlight: 4, failedTurns: 0 });
    expect(report.load.recallableSeconds).toBeGreaterThanOrEqual(report.load.acceptSeconds);
    expect(report.singleTurn.samples).toBe(20);
    expect(report.recall.idle.map(({ concurrency, samples: count }) => [concurrency, count])).toEqual([
      [1, 30],
      [8, 30],
    ]);
    expect(report.recall.idle.map(({ memories }) => memories)).toEqual([370, 370]);
    expect(report.recall.underIngest[1]?.memories).toBeGreaterThan(370);
    expect(report.recall.idle[0]?.foundShare).toBeGreaterThan(0.9);
    expect(report.recall.withOthers).toMatchObject({ otherMemories: 700 });
    expect(report.erasures.map(({ who, verdict, erasedMemories }) => [who, verdict, erasedMemories])).toEqual([
      ['medium user', 'clean', 3],
      ['largest user', 'clean', 3],
    ]);
    expect(report.rss.peakBytes).toBe(100 * 1024 * 1024);
    expect(report.machine.commit).toBe('unknown');
    expect(phases).toContain('load of another tenant');
  });

  it('reads sessions, and tells what contexts came to', async () => {
    const { report } = await bench({ memories: 100, others: 0 });
    const { initSession, buildContext, getSession, contextTokens, contextItems } = report.reads;
    expect([initSession, buildContext, getSession].map(({ samples: count }) => count)).toEqual([10, 10, 10]);
    expect([contextTokens, contextItems]).toEqual([40, 1]);
    expect(report.facts).toBeUndefined();
  });

  it('states facts when told to, and leaves the policy as it is', async () => {
    const { report, memory } = await bench({ memories: 300, others: 0, facts: true });
    const stating = memory.turns.slice(0, 300).filter(({ content }) => content.includes('. ')).length;
    expect(stating / 300).toBeCloseTo(0.3, 1);
    expect(report.facts).toMatchObject({ facts: 0, factsPerTurn: 0 });
    expect(memory.policies).toEqual(['{}']);
    const { memory: plain } = await bench({ memories: 100, others: 0 });
    expect(plain.policies).toEqual([JSON.stringify({ writeFilter: { keepAtLeast: 0 } })]);
    expect(plain.turns.some(({ content }) => content.includes('. '))).toBe(false);
  });

  it('leaves the others out when told to', async () => {
    const { report, phases } = await bench({ memories: 100, others: 0 });
    expect(report.recall.withOthers).toBeUndefined();
    expect(phases).not.toContain('load of another tenant');
  });

  it('refuses sizes out of bounds before it touches anything', async () => {
    const options = { address: '127.0.0.1:1', operatorKey: 'k', checkout: '/' };
    await expect(runBench({ ...options, memories: 5, others: 0 })).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(runBench({ ...options, memories: 1_000, others: 1.5 })).rejects.toThrow('others');
  });
});
