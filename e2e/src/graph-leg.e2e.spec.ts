import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFreshTenant, type Hit } from '@mneme/client';
import { RANKING_WEIGHTS } from '@mneme/domain';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { DISTRACTORS, type GraphQuestionCase, QUESTIONS, STATEMENTS } from './graph-questions.js';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const FIRST = 3;

describe('the graph leg', () => {
  let service: Running;
  let token: string;
  let outcomes: readonly { readonly asked: GraphQuestionCase; readonly withLeg: boolean; readonly without: boolean }[];

  const ask = (question: string, more = {}) =>
    service.agent.retrieval.recall({ question, userId: 'mara', filters: [], similarityMin: 0, limit: 50, ...more });

  beforeAll(async () => {
    service = await startStandalone(join(temporaryDirectory(), 'data'));
    const all = STATEMENTS.flatMap((statement, i) => [statement, DISTRACTORS[i] ?? '']).concat(
      DISTRACTORS.slice(STATEMENTS.length),
    );
    const turns = all.map(turnOf);
    ({ token } = await service.agent.ingest.ingestTurns({ turns }));
    await ask('anything', { waitFor: { token, timeoutMs: 30_000 } });
    outcomes = await Promise.all(
      QUESTIONS.map(async (asked) => {
        const { hits } = await ask(asked.question);
        // Ordered by the sum without the leg's share; what only the leg has lifted among the fifty is lost to it anyway.
        const withoutLeg = [...hits].sort((a, b) => scoreWithout(b) - scoreWithout(a));
        return { asked, withLeg: isAnswered(asked, hits), without: isAnswered(asked, withoutLeg) };
      }),
    );
  });
  afterAll(() => service?.stop('SIGTERM'));

  it('is told with each hit and among the legs', async () => {
    const { legs, hits } = await ask('Which company is my employer?');
    expect(legs.map(({ name, state }) => [name, state])).toEqual([
      ['dense', 'answered'],
      ['lexical', 'answered'],
      ['graph', 'answered'],
    ]);
    const parts = new Map(hits.map(({ memory, explanation }) => [memory?.text, explanation?.graph]));
    expect(parts.get('I work at Lindqvist Marine.')).toBeGreaterThan(0);
    expect([...parts.values()].filter((graph) => graph === 0).length).toBeGreaterThan(parts.size / 2);
  });

  it('gives facts by name and relation, which no threshold is put to', async () => {
    const { hits, facts } = await ask('Which company is my employer?', { similarityMin: 1 });
    expect(hits).toEqual([]);
    expect(facts.map(({ predicate, object }) => [predicate, object?.name])).toEqual([['works_at', 'Lindqvist Marine']]);
    expect((await ask('Why was the soup so salty?')).facts).toEqual([]);
  });

  it('keeps to the filters of the recall', async () => {
    const filters = [{ field: 'kind', op: 'in', values: ['fact'] }];
    const { hits } = await ask('Who employs my sister?', { filters });
    expect(new Set(hits.map(({ memory }) => memory?.kind))).toEqual(new Set(['fact']));
    const before = [{ field: 'occurred_at', op: 'before', values: ['2025-01-01T00:00:00Z'] }];
    expect(await ask('Who employs my sister?', { filters: before })).toMatchObject({ hits: [], facts: [] });
    const episodes = [{ field: 'kind', op: 'in', values: ['episode'] }];
    expect((await ask('Which company is my employer?', { filters: episodes })).facts).toEqual([]);
  });

  it('gives the same answers, scores and all, beside another tenant with the same facts', async () => {
    const answers = async () => {
      const all = await Promise.all(QUESTIONS.map(({ question }) => ask(question)));
      return all.map(({ hits, facts, dropped, considered }) => ({ hits, facts, dropped, considered }));
    };
    const other = await createFreshTenant(service.operator, {
      purpose: 'standard',
      prefix: 'other',
      rights: ['ingest', 'recall', 'on-behalf-of'],
    });
    const before = await answers();
    const turns = [...STATEMENTS, ...DISTRACTORS].map(turnOf);
    const theirs = await other.connection.ingest.ingestTurns({ turns });
    const request = { question: 'Where does my sister live?', userId: 'mara', filters: [], similarityMin: 0 };
    const waitFor = { token: theirs.token, timeoutMs: 30_000 };
    expect((await other.connection.retrieval.recall({ ...request, waitFor })).hits).not.toEqual([]);
    // All are older than they are kept, so that no age moves between the two.
    expect(await answers()).toEqual(before);
    other.connection.close();
  });

  it('finds what questions about facts need, and most of it only with the graph', () => {
    const found = outcomes.filter(({ withLeg }) => withLeg);
    const foundWithout = outcomes.filter(({ without }) => without);
    expect(found.length).toBeGreaterThanOrEqual(0.85 * QUESTIONS.length);
    expect(found.length - foundWithout.length).toBeGreaterThanOrEqual(0.25 * QUESTIONS.length);
  });
});

function scoreWithout({ explanation }: Hit): number {
  const { fused = 0, graph = 0, decay = 0, confidence = 0 } = explanation ?? {};
  return (fused - RANKING_WEIGHTS.graph * graph) * decay * (0.5 + 0.5 * confidence);
}

function isAnswered({ answer }: GraphQuestionCase, hits: readonly Hit[]): boolean {
  return hits.slice(0, FIRST).some(({ memory }) => memory?.text.includes(answer) === true);
}

function turnOf(content: string, i: number) {
  const occurredAt = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString();
  return {
    userId: 'mara',
    session: `s${i % 7}`,
    role: 'user',
    speakerName: 'Mara',
    content,
    toolCalls: [],
    occurredAt,
  };
}
