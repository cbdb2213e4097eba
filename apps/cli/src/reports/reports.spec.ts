import { describe, expect, it } from '@jest/globals';
import type { BenchReport, EvaluationReport, LoadResult, MetricRow, RecallRow } from '@mneme/client';
import { benchLines } from './bench-lines.js';
import { evaluationLines } from './evaluation-lines.js';

const latency = { samples: 1_000, p50Ms: 1.5, p95Ms: 12.25, p99Ms: 20, maxMs: 101.5 };
const recall: RecallRow = { ...latency, concurrency: 1, warmUp: 200, perSecond: 500, foundShare: 1, memories: 101_000 };
const load: LoadResult = {
  turns: 100_000,
  batchTurns: 100,
  inFlight: 4,
  acceptedPerSecond: 9_000.4,
  acceptSeconds: 11.1,
  recallablePerSecond: 2_000,
  recallableSeconds: 50,
  batchLatency: latency,
  failedTurns: 0,
};
const report: BenchReport = {
  profile: 'embedded',
  startedAt: '2026-01-01T00:00:00.000Z',
  seed: 1,
  memories: 100_000,
  machine: { cpu: 'A CPU', cores: 2, memoryBytes: 8 * 1024 ** 3, system: 'Linux 6', node: 'v20', commit: 'abc' },
  load,
  singleTurn: latency,
  recall: { limit: 10, similarityMin: 0, firstTouch: latency, idle: [recall], underIngest: [] },
  reads: { initSession: latency, buildContext: latency, getSession: latency, contextTokens: 912.4, contextItems: 30.2 },
  erasures: [
    {
      who: 'medium user',
      seconds: 20.4,
      steps: { requested: 0, verified: 20.2 },
      erasedMemories: 38,
      verdict: 'clean',
    },
  ],
  rss: { peakBytes: 300 * 1024 ** 2, byPhase: {} },
  disk: { loadedBytes: 1024 ** 3, endBytes: 2 * 1024 ** 3 },
};

describe('benchLines', () => {
  it('says what was measured, how, and on what', () => {
    const text = benchLines(report).join('\n');
    expect(text).toMatch(/accepted durably +9,000 +11\.1 {2}100,000 turns, batches of 100, 4 in flight/);
    expect(text).toMatch(/recall, idle, 1 at a time \(200 to warm up\) +1\.50 +12\.3 +20\.0 +102 +1,000 +101,000/);
    expect(text).toMatch(/medium user +20\.4 +38 {2}clean +requested 0\.0, verified 20\.2/);
    expect(text).toContain('A CPU, 2 cores, 8.0 GiB, Linux 6');
    expect(text).toMatch(/context of 30 items, 912 tokens +1\.50 +12\.3/);
    expect(text).not.toContain('others');
    expect(text).not.toContain('facts');
  });

  it('counts facts where there are some', () => {
    const facts = { facts: 40_000, factsPerTurn: 0.4, recallablePerSecond: 800 };
    expect(benchLines({ ...report, facts }).join('\n')).toMatch(
      /facts recallable +800 +50\.0 {2}facts\/s: 40,000 facts, 0\.40 a turn/,
    );
  });

  it('sets the row beside others against the row before them', () => {
    const withOthers = { otherMemories: 1_000_000, load, before: recall, idle: recall, p50Ratio: 1, p95Ratio: 1.125 };
    const text = benchLines({ ...report, recall: { ...report.recall, withOthers } }).join('\n');
    expect(text).toContain('beside 1,000,000 memories of others: p50 × 1.00, p95 × 1.13');
  });
});

describe('evaluationLines', () => {
  const row: MetricRow = {
    category: '1-4',
    questions: 1_536,
    recallAt5: 0.5,
    recallAt10: 0.6812,
    recallAt20: 0.75,
    mrr: 0.4925,
    ndcgAt10: 0.5121,
  };
  const evaluation: EvaluationReport = {
    tenantId: 'evaluation-1',
    keepAll: false,
    conversations: 10,
    turns: 100,
    questions: 20,
    failedTurns: 3,
    turnsKept: { kept: 40, total: 100, share: 0.4 },
    evidenceTurnsKept: { kept: 9, total: 10, share: 0.9 },
    passes: [{ name: 'threshold off', rows: [row], tokensPerAnswer: 409.4, hitsPerAnswer: 50, latency }],
  };

  it('gives shares in percent, and what failed', () => {
    const text = evaluationLines(evaluation).join('\n');
    expect(text).toMatch(/1-4 +1,536 +50\.0 +68\.1 +75\.0 +0\.49[23] +0\.512/);
    expect(text).toMatch(/evidence turns kept +9 of 10 \(90\.0 %\)/);
    expect(text).toMatch(/turns that failed +3/);
    expect(text).toContain('about 409 tokens an answer');
  });
});
