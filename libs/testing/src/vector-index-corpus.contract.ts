import { expect, it } from '@jest/globals';
import type { DepartmentId, TeamId } from '@mneme/events';
import { inverseDocumentFrequency, type ReadScope, termScore } from '@mneme/domain';
import type { IndexedMemory, IndexHit, VectorIndex } from '@mneme/ports';
import {
  aReadScope,
  ORGANISATION,
  randomMemoryId,
  randomSubjectId,
  randomTenantId,
  teamAudience,
  userAudience,
} from './builders.js';
import { anIndexedMemory, anIndexFilter, termsOf, unitVector } from './indexed-memory.js';

const MEMORIES = 900;
const VOCABULARY = 400;
const DIMENSIONS = 24;
const QUESTIONS = 30;
const BEST = 10;
const OVERLAP_MIN = 0.98;
const MODEL = `model-of-${DIMENSIONS}`;

/** On a made-up corpus of several readers the answers are those of a plain computation, whatever the engine. */
export function indexCorpusContract(index: () => VectorIndex): void {
  it('scores and orders a corpus as a plain computation does', async () => {
    const { memories, scopes } = corpus();
    await index().upsert(memories);
    const shares: number[] = [];
    for (let at = 0; at < QUESTIONS; at++) {
      const scope = scopes[at % scopes.length] as ReadScope;
      const readable = memories.filter((memory) => isReadable(memory, scope));
      const terms = termsOf(Array.from({ length: 6 }, word).join(' '));
      const vector = direction();
      const query = { limit: BEST };
      const filter = anIndexFilter({ model: MODEL });
      const dense = await index().searchDense(scope, { vector, ...query }, filter);
      const lexical = await index().searchLexical(scope, { terms, ...query }, filter);
      shares.push(shareOfBest(dense, readable, (memory) => cosineOf(memory, vector), 5));
      shares.push(shareOfBest(lexical, readable, bm25Within(readable, terms), 9));
    }
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThanOrEqual(OVERLAP_MIN);
  });
}

/** Users, a team and the organisation, some of it a department's, and as much again of another tenant. */
function corpus(): { readonly memories: readonly IndexedMemory[]; readonly scopes: readonly ReadScope[] } {
  const [tenantId, other] = [randomTenantId(), randomTenantId()];
  const subjects = [randomSubjectId(), randomSubjectId(), randomSubjectId()];
  const departmentId = 'sales' as DepartmentId;
  const teamId = 'office' as TeamId;
  const audiences = [...subjects.map(userAudience), teamAudience(teamId), ORGANISATION];
  const memories = Array.from({ length: MEMORIES }, (_, at) =>
    anIndexedMemory(Array.from({ length: 4 + (at % 23) }, word).join(' '), {
      memory: {
        memoryId: randomMemoryId(),
        tenantId: at % 2 === 0 ? tenantId : other,
        subjectId: subjects[at % 3] as (typeof subjects)[number],
        audience: audiences[Math.floor(at / 2) % audiences.length] as (typeof audiences)[number],
        ...(at % 7 === 0 ? { departmentId } : {}),
      },
      vectors: Array.from({ length: 1 + (at % 3) }, direction),
      model: MODEL,
    }),
  );
  const scopes = [
    ...subjects.map((subjectId) => aReadScope(tenantId, subjectId)),
    aReadScope(tenantId, subjects[0], { teamIds: [teamId], departmentId }),
    aReadScope(tenantId, undefined, { teamIds: [teamId] }),
  ];
  return { memories, scopes };
}

function isReadable({ tenantId, audience, departmentId }: IndexedMemory, scope: ReadScope): boolean {
  if (tenantId !== scope.tenantId || !scope.audiences.includes(audience)) return false;
  return departmentId === undefined || scope.departmentIds.includes(departmentId);
}

/** Share of the best that was found; what was found has the score that it should have. */
function shareOfBest(
  hits: readonly IndexHit[],
  readable: readonly IndexedMemory[],
  scoreOf: (memory: IndexedMemory) => number | undefined,
  digits = 5,
): number {
  const scores = new Map(readable.map((memory) => [memory.memoryId, scoreOf(memory)]));
  for (const { memoryId, score } of hits) expect(score).toBeCloseTo(scores.get(memoryId) as number, digits);
  const best = [...scores].filter(([, score]) => score !== undefined) as [IndexHit['memoryId'], number][];
  best.sort(([, a], [, b]) => b - a);
  const wanted = best.slice(0, BEST).map(([memoryId]) => memoryId);
  const found = new Set(hits.map(({ memoryId }) => memoryId));
  return wanted.length === 0 ? 1 : wanted.filter((memoryId) => found.has(memoryId)).length / wanted.length;
}

function cosineOf({ vectors }: IndexedMemory, question: Float32Array): number {
  return Math.max(...vectors.map((vector) => vector.reduce((sum, n, at) => sum + n * (question[at] as number), 0)));
}

function bm25Within(readable: readonly IndexedMemory[], terms: readonly number[]) {
  const lengthOf = ({ terms: held }: IndexedMemory) => held.reduce((sum, { count }) => sum + count, 0);
  const meanLength = readable.reduce((sum, memory) => sum + lengthOf(memory), 0) / readable.length;
  const weights = new Map(
    terms.map((wanted) => {
      const withTerm = readable.filter((memory) => memory.terms.some(({ term }) => term === wanted)).length;
      return [wanted, inverseDocumentFrequency(readable.length, withTerm)];
    }),
  );
  return (memory: IndexedMemory): number | undefined => {
    const held = memory.terms.filter(({ term }) => weights.has(term));
    if (held.length === 0) return undefined;
    const ratio = lengthOf(memory) / meanLength;
    return held.reduce((sum, { term, count }) => sum + termScore(weights.get(term) as number, count, ratio), 0);
  };
}

// Some words are in most texts, and most in few.
function word(): string {
  return `w${Math.floor(VOCABULARY * Math.random() ** 3)}`;
}

function direction(): Float32Array {
  return unitVector(...Array.from({ length: DIMENSIONS }, () => Math.random() - 0.5));
}
