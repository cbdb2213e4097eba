import { describe, expect, it } from '@jest/globals';
import type { TurnContent, TurnReceived } from '@mneme/events';
import { episodeOf } from './episode.js';
import { DEFAULT_POLICY, type TenantPolicy } from './policy.js';
import { catalogueRowOf } from './projections.js';

const TURN = {
  type: 'turn-received',
  v: 1,
  tenantId: 'acme',
  subjectId: '1'.repeat(64),
  epoch: 3,
  turnId: 'd41cd589-668f-55b9-91dd-cfb38a7e2ab6',
  sessionKey: '2'.repeat(64),
  audience: `u:${'1'.repeat(64)}`,
  agentId: 'helpdesk',
  departmentId: 'care',
  role: 'user',
  sourceClass: 'user',
  trust: 0.8,
  occurredAt: '2023-05-08T13:56:00.000Z',
  recordedAt: 1_780_300_800_123_456,
  sealed: 'x'.repeat(40),
} as unknown as TurnReceived;
const CONTENT: TurnContent = { content: 'I moved to Lisbon', session: 'sess-1' };

describe('episodeOf', () => {
  it('takes who, where and when from the turn', () => {
    expect(episode()).toMatchObject({
      tenantId: TURN.tenantId,
      subjectId: TURN.subjectId,
      contributors: [TURN.subjectId],
      sessionKey: TURN.sessionKey,
      sourceId: TURN.turnId,
      derivedFrom: [TURN.turnId],
      audience: TURN.audience,
      departmentId: 'care',
      kind: 'episode',
      importance: 'normal',
      occurredAt: TURN.occurredAt,
      recordedAt: TURN.recordedAt,
      version: TURN.recordedAt,
      epoch: 3,
      trust: 0.8,
      confidence: DEFAULT_POLICY.confidence.user,
      flags: ['preference'],
    });
  });

  it('is the same each time, and another for another turn', () => {
    expect(episode()).toEqual(episode());
    expect(
      episode({ turn: { ...TURN, turnId: '7713aade-1f77-5d79-b8a2-07759b548abf' as TurnReceived['turnId'] } }).memoryId,
    ).not.toBe(episode().memoryId);
  });

  it('keeps its id when only the time at which it was recorded differs', () => {
    expect(episode({ turn: { ...TURN, recordedAt: TURN.recordedAt + 1 } }).memoryId).toBe(episode().memoryId);
  });

  it('expires so long after it was recorded, however long ago it occurred', () => {
    expect(episode().expiresAt).toBe(new Date(1_780_300_800_123 + 90 * 86_400_000).toISOString());
    const late = episode({ turn: { ...TURN, occurredAt: '1999-12-31T23:59:59.000Z' } });
    expect(late.expiresAt).toBe(episode().expiresAt);
  });

  it('has no end where the tenant keeps episodes without limit', () => {
    const policy = { ...DEFAULT_POLICY, retentionDays: { ...DEFAULT_POLICY.retentionDays, episode: null } };
    expect(episode({ policy })).not.toHaveProperty('expiresAt');
  });

  it.each(['user', 'agent', 'tool', 'web', 'system'] as const)(
    'is as certain as the tenant holds %s to be',
    (sourceClass) => {
      expect(episode({ turn: { ...TURN, sourceClass } }).confidence).toBe(DEFAULT_POLICY.confidence[sourceClass]);
    },
  );

  it('holds the text and the calls of tools, and only what there is', () => {
    const toolCalls = [
      { id: 'c1', name: 'lookup', arguments: '{"id":7}' },
      { name: 'notify', arguments: '{}' },
    ];
    expect(episode().content).toEqual({ text: 'I moved to Lisbon', session: 'sess-1' });
    expect(episode({ content: { ...CONTENT, toolCalls } }).content.text).toBe(
      'I moved to Lisbon\n[called lookup with {"id":7}]\n[called notify with {}]',
    );
    expect(episode({ content: { ...CONTENT, content: '', toolCalls: toolCalls.slice(1) } }).content.text).toBe(
      '[called notify with {}]',
    );
    expect(episode({ content: { ...CONTENT, speakerName: 'Ana', zone: '+01:00' } }).content).toEqual({
      text: 'I moved to Lisbon',
      session: 'sess-1',
      speakerName: 'Ana',
      zone: '+01:00',
    });
  });

  it('does not share its flags with the verdict', () => {
    const flags = ['preference'];
    const made = episodeOf(TURN, CONTENT, { flags, policy: DEFAULT_POLICY });
    flags.push('later');
    expect(made.flags).toEqual(['preference']);
  });
});

describe('catalogueRowOf', () => {
  const { content: _content, ...fields } = episode();
  const memory = { ...fields, sealed: 'x'.repeat(40), reviewBy: '2026-07-31T00:00:00.000Z' };

  it('keeps the event but for its instants, which become epoch milliseconds', () => {
    const { type: _type, v: _v, occurredAt, reviewBy, expiresAt, ...rest } = memory;
    expect(catalogueRowOf(memory)).toEqual({
      ...rest,
      occurredAtMs: Date.parse(occurredAt),
      reviewByMs: Date.parse(reviewBy),
      expiresAtMs: Date.parse(expiresAt ?? ''),
    });
  });

  it('has no instant that the event lacks', () => {
    const { reviewBy: _reviewBy, expiresAt: _expiresAt, ...rest } = memory;
    const row = catalogueRowOf(rest);
    expect(row).not.toHaveProperty('reviewByMs');
    expect(row).not.toHaveProperty('expiresAtMs');
  });
});

interface Change {
  readonly turn?: TurnReceived;
  readonly content?: TurnContent;
  readonly policy?: TenantPolicy;
}

function episode(change: Change = {}) {
  return episodeOf(change.turn ?? TURN, change.content ?? CONTENT, {
    flags: ['preference'],
    policy: change.policy ?? DEFAULT_POLICY,
  });
}
