import { describe, expect, it } from '@jest/globals';
import { ErasureStepTakenV1, type SubjectId, type TenantId } from '@mneme/events';
import type { Erasure, ErasureStepNote } from '@mneme/domain';
import { eventOf } from './erasure-event.js';

const takenAt = '2026-01-01T00:00:00.000Z';
const commitment = 'cd'.repeat(32);
const found: ErasureStepNote = { step: 'swept-again', takenAt, counts: [{ place: 'catalogue', count: 1 }] };
const clean: ErasureStepNote = { step: 'swept-again', takenAt, counts: [{ place: 'catalogue', count: 0 }] };
const verified: ErasureStepNote = { step: 'verified', takenAt, counts: [] };

const erasure: Erasure = {
  erasureId: '3f0f0a38-5b0c-4c58-8f5b-0d3c4be5a111',
  tenantId: 'acme' as TenantId,
  subjectId: 'ab'.repeat(32) as SubjectId,
  epoch: 2,
  legalBasis: 'gdpr-17',
  requestedBy: 'key',
  requestedAt: takenAt,
  dueAt: '2026-01-31T00:00:00.000Z',
  step: 'swept',
  steps: [],
};

const eventAt = (note: ErasureStepNote, verdict?: Erasure['verdict']) =>
  eventOf({ ...erasure, ...(verdict === undefined ? {} : { verdict }) }, { note, index: 6, commitment });

describe('the event of a step', () => {
  it('fits its schema and names the person by the commitment alone', () => {
    const event = eventAt({ ...clean, barrier: { 'mneme.turns.v1/0': 3 } });
    expect(ErasureStepTakenV1.parse(event)).toEqual(event);
    expect(event).toMatchObject({ sequence: 7, subjectCommitment: commitment });
    expect(JSON.stringify(event)).not.toContain(erasure.subjectId);
  });

  it('stays the same when a later step finds something', () => {
    expect(eventAt(clean, 'incident')).toEqual(eventAt(clean));
    expect(JSON.stringify(eventAt(found, 'incident'))).toBe(JSON.stringify(eventAt(found)));
  });

  it('carries the verdict where there is one', () => {
    expect(eventAt(found).verdict).toBe('incident');
    expect(eventAt(clean).verdict).toBeUndefined();
    expect(eventAt(verified, 'clean').verdict).toBe('clean');
    expect(eventAt(verified, 'incident').verdict).toBe('incident');
  });
});
