import { describe, expect, it } from '@jest/globals';
import type { MemoryId, SubjectId, TenantId } from '@mneme/events';
import { dataKeysOf, seal, type SurveyedText, verificationIdOf } from '@mneme/domain';
import fc from 'fast-check';
import { verdictOf, verificationOf } from './verification.js';

const KEYS = dataKeysOf(Buffer.alloc(32, 7));

function memoryOf(given: Partial<SurveyedText> = {}): SurveyedText {
  const memory = {
    memoryId: '0b0e5b0a-0000-5000-8000-000000000001' as MemoryId,
    version: 17,
    tenantId: 'acme' as TenantId,
    subjectId: 'ab'.repeat(32) as SubjectId,
    epoch: 1,
    kind: 'episode',
    flags: ['preference'],
    confidence: 0.9,
    importance: 'critical',
    occurredAtMs: 0,
    reviewByMs: 1_000,
    ...given,
  } as SurveyedText;
  const content = JSON.stringify({ text: 'Ana likes green tea', session: 's' });
  return { ...memory, sealed: seal(KEYS, { ...memory, recordId: memory.memoryId }, content) };
}

const MEMORY = memoryOf();
const requestId = verificationIdOf(MEMORY);
const judged = (answer: unknown, memory = MEMORY) => verdictOf(memory, JSON.stringify(answer));

describe('a request to verify', () => {
  it('holds no text unless the policy lets it, and the same hash either way', () => {
    const [closed, open] = [false, true].map((sendsText) => verificationOf(MEMORY, { keys: KEYS, sendsText }));
    expect(JSON.stringify(closed)).not.toMatch(/Ana|tea|abab/);
    expect(open).toEqual({ ...closed, text: 'Ana likes green tea' });
    expect(closed).toMatchObject({ requestId, reviewBy: '1970-01-01T00:00:01.000Z', textHash: expect.any(String) });
  });

  it('has a name of its own for each version', () => {
    expect(verificationOf(memoryOf({ version: 18 }), { keys: KEYS, sendsText: false }).requestId).not.toBe(requestId);
  });
});

describe('an answer', () => {
  it.each([
    [{ decision: 'confirm' }, { action: 'confirm', reason: 'verified' }],
    [{ decision: 'retire' }, { action: 'retract', reason: 'verified-wrong' }],
    [
      { decision: 'correct', text: ' black tea ' },
      { action: 'correct', text: 'black tea' },
    ],
  ])('%j becomes a command', (answer, wish) => {
    const verdict = judged({ requestId, ...answer });
    expect(verdict).toMatchObject({
      command: { wish, sourceClass: 'tool', idempotencyKey: `verification/${requestId}` },
    });
    expect(verdict).toMatchObject({ command: { wish: { target: { version: 17 } } } });
  });

  it('corrects a fact by its object, and no procedure', () => {
    const fact = memoryOf({ kind: 'fact' });
    expect(judged({ requestId, decision: 'correct', text: 'x' }, fact).decision).toBe('malformed');
    expect(judged({ requestId, decision: 'correct', object: 'x' }, fact)).toMatchObject({
      command: { wish: { object: 'x' } },
    });
    expect(judged({ requestId, decision: 'correct', text: 'x' }, memoryOf({ kind: 'procedure' })).decision).toBe(
      'malformed',
    );
  });

  it('that does not know changes nothing', () => {
    expect(judged({ requestId, decision: 'unknown' })).toEqual({ decision: 'unknown' });
  });

  it.each([
    [{ requestId: 'another', decision: 'retire' }],
    [{ decision: 'retire' }],
    [{ requestId, decision: 'burn' }],
    [{ requestId, decision: 'correct' }],
    [{ requestId, decision: 'correct', text: '  ' }],
    [{ requestId, decision: 'correct', text: 'x'.repeat(8_193) }],
    [[]],
    [null],
  ])('%# is malformed', (answer) => {
    expect(judged(answer)).toEqual({ decision: 'malformed' });
  });

  it('of any form never throws, and is believed only with the name of its request', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(verdictOf(MEMORY, body)).toEqual({ decision: 'malformed' });
      }),
    );
  });
});
