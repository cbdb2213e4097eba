import { describe, expect, it } from '@jest/globals';
import type { SubjectId, TenantId } from '@mneme/events';
import type { Erasure } from '@mneme/domain';
import { outOfReachOf, reportOf } from './erasure-report.js';

const subjectId = 'ab'.repeat(32) as SubjectId;

const erasure: Erasure = {
  erasureId: '3f0f0a38-5b0c-4c58-8f5b-0d3c4be5a111',
  tenantId: 'acme' as TenantId,
  subjectId,
  epoch: 2,
  legalBasis: 'gdpr-17',
  requestedBy: 'key',
  requestedAt: '2026-01-01T00:00:00.000Z',
  dueAt: '2026-01-31T00:00:00.000Z',
  step: 'requested',
  steps: [{ step: 'requested', takenAt: '2026-01-01T00:00:00.000Z', counts: [] }],
};

const counted = (count: number, step: 'enumerated' | 'swept'): Erasure => ({
  ...erasure,
  step,
  steps: [
    ...erasure.steps,
    {
      step,
      takenAt: '2026-01-01T00:00:01.000Z',
      counts: [
        { place: 'catalogue', count: 0 },
        { place: 'mneme.turns.v1', count, ...(count > 0 ? { goneBy: '2026-01-04T00:00:00.000Z' } : {}) },
      ],
    },
  ],
});

describe('the report of an erasure', () => {
  it('says how far it is, without naming the person', () => {
    const report = reportOf(erasure);
    expect(report).toMatchObject({ step: 'requested', done: false, epoch: 2, legalBasis: 'gdpr-17' });
    expect(report.verdict).toBeUndefined();
    expect(JSON.stringify(report)).not.toContain(subjectId);
  });

  it('is done when it is verified, and tells the verdict', () => {
    const report = reportOf({ ...erasure, step: 'verified', verdict: 'NO_BASELINE' });
    expect(report).toMatchObject({ done: true, verdict: 'NO_BASELINE' });
  });

  it('gives counts and barrier of each step', () => {
    const barrier = { 'mneme.turns.v1/1': 7 };
    const steps = [
      ...counted(3, 'enumerated').steps,
      { step: 'barrier-passed', takenAt: 't', counts: [], barrier },
    ] as const;
    const report = reportOf({ ...erasure, steps });
    expect(report.steps.map(({ step }) => step)).toEqual(['requested', 'enumerated', 'barrier-passed']);
    expect(report.steps[1]?.counts).toContainEqual({
      place: 'mneme.turns.v1',
      count: 3,
      goneBy: '2026-01-04T00:00:00.000Z',
    });
    expect(report.steps[2]?.barrier).toEqual(barrier);
  });

  it.each([
    [{ kind: 'legal-hold' }, 'legal hold'],
    [{ kind: 'error', code: 'unavailable' }, '"unavailable"'],
    [
      { kind: 'group-behind', group: 'embedder', place: 'mneme.memories.v1/0', committedOffset: 3, neededOffset: 9 },
      '9',
    ],
  ] as const)('says what it waits for: %j', (reason, words) => {
    expect(reportOf(erasure, reason).waitingFor).toContain(words);
    expect(reportOf({ ...erasure, step: 'verified' }, reason).waitingFor).toBeUndefined();
  });
});

describe('what is out of reach', () => {
  it('is never empty, and names the fence and the copies outside', () => {
    const words = outOfReachOf(erasure).join('\n');
    for (const word of ['fence', 'other people', 'backups', 'Tombstones', 'access events of others', 'after 90 days'])
      expect(words).toContain(word);
  });

  it('names what rests on topics by the newest count, and when it goes', () => {
    expect(outOfReachOf(counted(3, 'swept')).join('\n')).toContain('3 records on mneme.turns.v1');
    const both = { ...erasure, steps: [...counted(3, 'enumerated').steps, ...counted(0, 'swept').steps.slice(1)] };
    expect(outOfReachOf(both).join('\n')).not.toContain('records on mneme.turns.v1');
  });
});
