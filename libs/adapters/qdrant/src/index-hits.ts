import type { ReadScope } from '@mneme/domain';
import { Corrupt, LimitExceeded } from '@mneme/domain';
import type { IndexHit } from '@mneme/ports';
import { placeOf } from './point-payload.js';

/** What a hit is made of. */
export const HIT_FIELDS = [
  'memoryId',
  'version',
  'subjectId',
  'epoch',
  'place',
  'departmentId',
  'sessionKey',
  'kind',
  'occurredAtMs',
  'recordedAt',
  'confidenceText',
  'speakerTerms',
];

const HITS_MAX = 1_000;

type HitFields = Omit<IndexHit, 'tenantId' | 'audience' | 'departmentId' | 'confidence' | 'score'> & {
  readonly place: string;
  readonly departmentId: string;
  readonly confidenceText: string;
};

/** Makes hits of one scope's points. */
export class HitReader {
  private readonly audiences: ReadonlyMap<string, IndexHit['audience']>;

  constructor(private readonly scope: ReadScope) {
    this.audiences = new Map(scope.audiences.map((audience) => [placeOf(scope.tenantId, audience), audience]));
  }

  /** @throws Corrupt for a point that is not ours, or not within the scope. */
  hitOf(payload: unknown, score: number): IndexHit {
    const fields = (payload ?? {}) as HitFields;
    const { memoryId, version, subjectId, epoch, departmentId, sessionKey, kind, recordedAt, speakerTerms } = fields;
    const audience = this.audiences.get(fields.place);
    if (audience === undefined) throw new Corrupt('a search has found what is not within its scope');
    if (typeof memoryId !== 'string' || typeof recordedAt !== 'number' || !Array.isArray(speakerTerms)) {
      throw new Corrupt('an index entry is not as it was written');
    }
    const { occurredAtMs } = fields;
    const confidence = Number(fields.confidenceText);
    const { tenantId } = this.scope;
    const hit: { -readonly [Key in keyof IndexHit]: IndexHit[Key] } = {
      ...{ memoryId, version, subjectId, epoch, tenantId, audience, sessionKey, kind },
      ...{ occurredAtMs, recordedAt, confidence, speakerTerms, score },
    };
    if (departmentId !== '') hit.departmentId = departmentId as NonNullable<IndexHit['departmentId']>;
    return hit;
  }
}

/** The best `limit`: by score, then the later recorded, then by id. */
export function bestOf(hits: IndexHit[], limit: number): readonly IndexHit[] {
  return hits.sort(inOrder).slice(0, limit);
}

/** @throws LimitExceeded. */
export function requireHits(limit: number): void {
  if (limit <= HITS_MAX) return;
  throw new LimitExceeded('more than hitsMax was asked for', { limit: `hitsMax=${HITS_MAX}`, sent: String(limit) });
}

function inOrder(a: IndexHit, b: IndexHit): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.recordedAt !== b.recordedAt) return b.recordedAt - a.recordedAt;
  return a.memoryId < b.memoryId ? -1 : 1;
}
