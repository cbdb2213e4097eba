import { describe, expect, it } from '@jest/globals';
import type { MemoryDerived, SessionEnded, TurnDiscarded, TurnId } from '@mneme/events';
import { dataKeysOf, DEFAULT_POLICY, memoryIdOf, seal } from '@mneme/domain';
import type { LanguageModel, LogRecord, MemoryVersions, SummariseRequest } from '@mneme/ports';
import { MemoryDraft, openMemory, type Received } from '@mneme/platform';
import { SummariseSession } from './summarise-session.js';

const KEYS = dataKeysOf(Buffer.alloc(32, 7));
const TURN_IDS = [1, 2, 3, 4].map((n) => `d41cd589-668f-55b9-91dd-cfb38a7e2ab${n}` as TurnId);
const END = {
  type: 'session-ended',
  v: 1,
  tenantId: 'acme',
  subjectId: '1'.repeat(64),
  epoch: 1,
  endId: 'c1c7a1a5-0a52-5f54-8a0e-0d9a1b2c3d4e',
  sessionKey: '2'.repeat(64),
  recordedAt: 1_780_300_900_000_000,
  turnIds: TURN_IDS,
} as unknown as SessionEnded;

describe('SummariseSession', () => {
  it('publishes what was kept of the session, in its order, and sealed', async () => {
    const { summary, outcomes } = await summarised([
      episode(1, 'We decided to ship on Friday.', { occurredAt: '2026-01-02T00:00:00.000Z' }),
      episode(2, 'Ana moved box 7 to Lisbon.', { occurredAt: '2026-01-01T00:00:00.000Z' }),
    ]);
    expect(summary).toMatchObject({
      kind: 'summary',
      version: END.recordedAt,
      sourceId: END.sessionKey,
      derivedFrom: [TURN_IDS[1], TURN_IDS[0]],
      contributors: [END.subjectId],
    });
    expect(openMemory(KEYS, summary as MemoryDerived).text).toBe(
      'user: Ana moved box 7 to Lisbon.\nuser: We decided to ship on Friday.',
    );
    expect(JSON.stringify(summary)).not.toContain('Lisbon');
    expect(outcomes).toEqual(['published']);
  });

  it('takes the newest version of each, and none that had expired by then', async () => {
    const { summary } = await summarised([
      episode(1, 'Ana lives in Lisbon.'),
      episode(1, 'Ana lives in Porto.', { version: 9 }),
      episode(2, 'Ben lives in Braga.'),
      episode(3, 'Eva lives in Faro.', { expiresAt: '2026-06-01T08:01:39.999Z' }),
    ]);
    const { text } = openMemory(KEYS, summary as MemoryDerived);
    expect(text).toBe('user: Ana lives in Porto.\nuser: Ben lives in Braga.');
  });

  it('goes where most of it was said, and says nothing there that is not for all', async () => {
    const { summary } = await summarised([
      episode(1, 'Ana lives in Lisbon.'),
      episode(2, 'The team moved to room 5.', { audience: 't:west' as never }),
      episode(3, 'Ben lives in Porto.'),
    ]);
    expect(summary?.audience).toBe(`u:${END.subjectId}`);
    expect(openMemory(KEYS, summary as MemoryDerived).text).not.toContain('room 5');
  });

  it.each([
    ['nothing was kept', []],
    ['one turn was kept', [episode(1, 'Ana lives in Lisbon.')]],
    ['what was kept has no sentence for it', [episode(1, 'Why?'), episode(2, 'When?')]],
  ])('says why there is none when %s', async (_, episodes) => {
    const { summary, discarded, outcomes } = await summarised(episodes);
    expect(summary).toBeUndefined();
    expect(discarded).toMatchObject({ turnId: END.endId, reasons: ['too-short'] });
    expect(outcomes).toEqual(['too-short']);
  });

  it('decides an end again byte by byte', async () => {
    const episodes = [episode(1, 'Ana lives in Lisbon.'), episode(2, 'Ben lives in Porto.')];
    expect((await summarised(episodes)).summary).toEqual((await summarised([...episodes].reverse())).summary);
  });

  it('lets a model choose the sentences, and rules where it has no answer', async () => {
    const asked: SummariseRequest[] = [];
    const model: LanguageModel['summarise'] = async (request) => {
      asked.push(request);
      const sentences = [{ text: 'Both of them moved.', contributors: [0, 1] }];
      return { isAnswered: true, value: { sentences }, way: 'model', itemsRefused: 0 };
    };
    const episodes = [
      episode(1, 'Ana lives in Lisbon.\n[called crm with {"id":1}]'),
      episode(2, 'Ben lives in Porto.', { sourceClass: 'agent' }),
    ];
    const { summary } = await summarised(episodes, model);
    expect(openMemory(KEYS, summary as MemoryDerived).text).toBe('Both of them moved.');
    expect(summary?.derivedFrom).toEqual(TURN_IDS.slice(0, 2));
    expect(asked[0]).toMatchObject({
      turns: [
        { role: 'user', content: 'Ana lives in Lisbon.' },
        { role: 'assistant', content: 'Ben lives in Porto.' },
      ],
      style: 'extractive',
      sentencesMax: 8,
    });
    const silent: LanguageModel['summarise'] = async () => ({ isAnswered: false, failure: 'timed-out' });
    const byRules = await summarised(episodes, silent);
    expect(openMemory(KEYS, byRules.summary as MemoryDerived).text).toContain('Ana lives in Lisbon.');
  });

  it('asks no model once its batch has waited long enough, and lets the request be called off until then', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const model: LanguageModel['summarise'] = async (_request, until) => {
      signals.push(until);
      return { isAnswered: false, failure: 'timed-out' };
    };
    const episodes = [episode(1, 'Ana lives in Lisbon.'), episode(2, 'Ben lives in Porto.')];
    await summarised(episodes, model);
    const { summary } = await summarised(episodes, model, { signal, untilMs: 0 });
    expect(signals).toEqual([signal]);
    expect(openMemory(KEYS, summary as MemoryDerived).text).toContain('Ana lives in Lisbon.');
  });
});

function episode(nth: number, text: string, given: Partial<MemoryDerived> = {}): MemoryDerived {
  const { tenantId, subjectId, sessionKey } = END;
  const turnId = TURN_IDS[nth - 1] as string;
  const sourceId = turnId as MemoryDerived['sourceId'];
  const memoryId = memoryIdOf({ tenantId, subjectId, sourceId, kind: 'episode', ordinal: 0 });
  const memory = {
    ...{ type: 'memory-derived', v: 1, memoryId, version: 1, tenantId, subjectId, contributors: [subjectId] },
    ...{ sessionKey, sourceId, audience: `u:${subjectId}`, kind: 'episode', flags: [], sourceClass: 'user' },
    ...{ trust: 0.9, confidence: 0.9, importance: 'normal', occurredAt: '2026-01-01T00:00:00.000Z' },
    ...{ recordedAt: nth, derivedFrom: [turnId], epoch: 1 },
    ...given,
  } as MemoryDerived;
  return { ...memory, sealed: seal(KEYS, { ...memory, recordId: memoryId }, JSON.stringify({ text, session: 's' })) };
}

const { signal } = new AbortController();

async function summarised(
  episodes: readonly MemoryDerived[],
  model?: LanguageModel['summarise'],
  asking = { signal, untilMs: Infinity },
) {
  const versions: MemoryVersions = {
    living: async (_, memoryIds) =>
      episodes
        .filter(({ memoryId }) => memoryIds.includes(memoryId))
        .sort((a, b) => a.version - b.version)
        .map((memory) => ({ value: JSON.stringify(memory) }) as LogRecord),
    published: async () => new Set(),
  };
  const draft = new MemoryDraft(versions, 0);
  const outcomes: string[] = [];
  const observer = { summarised: (outcome: string) => void outcomes.push(outcome) };
  const one = { event: END, access: { state: 'open', epoch: 1, keys: KEYS } } as unknown as Received<SessionEnded>;
  await new SummariseSession(observer, model).decide(one, draft, { policy: DEFAULT_POLICY, asking });
  const [append] = draft.appends;
  const record = JSON.parse(append?.value ?? 'null') as MemoryDerived | TurnDiscarded;
  const isSummary = record.type === 'memory-derived';
  return { outcomes, ...(isSummary ? { summary: record } : { discarded: record }) } as {
    readonly outcomes: readonly string[];
    readonly summary?: MemoryDerived;
    readonly discarded?: TurnDiscarded;
  };
}
