import type { IndexHit } from '@mneme/ports';
import { ERASED, type EntryBlock, type Facet } from './entry-block.js';

/** Keeps the best of the hits it is offered, in a heap whose root is the worst that is kept. */
export class BestHits {
  // Side by side: scores alone decide nearly every comparison.
  private readonly scores: Float64Array;
  private readonly hits: IndexHit[] = [];
  private readonly deadAt: Uint32Array[] = [];
  private readonly rows: number[] = [];

  constructor(private readonly limit: number) {
    this.scores = new Float64Array(limit);
  }

  offer(score: number, block: EntryBlock, row: number): void {
    const size = this.hits.length;
    if (size === this.limit) {
      if (size > 0 && this.isBetterThanWorst(score, block, row)) this.replaceWorst(score, block, row);
      return;
    }
    this.place(size, hitOf(score, block, row), { deadAt: block.deadAt, row });
    this.rise(size);
  }

  /** Best first, by score, then the later recorded, then by id; what was erased since it was found is left out. */
  ranked(): readonly IndexHit[] {
    return this.hits
      .filter((_, at) => (this.deadAt[at] as Uint32Array)[this.rows[at] as number] !== ERASED)
      .sort(compareHits);
  }

  private isBetterThanWorst(score: number, block: EntryBlock, row: number): boolean {
    const worst = this.scores[0] as number;
    if (score !== worst) return score > worst;
    const than = this.hits[0] as IndexHit;
    const recordedAt = block.recordedAt[row] as number;
    if (recordedAt !== than.recordedAt) return recordedAt > than.recordedAt;
    return (block.memoryIds[row] as string) < than.memoryId;
  }

  private replaceWorst(score: number, block: EntryBlock, row: number): void {
    this.place(0, hitOf(score, block, row), { deadAt: block.deadAt, row });
    this.sink();
  }

  private rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >>> 1;
      if (!this.isWorse(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(): void {
    const size = this.hits.length;
    for (let at = 0; ;) {
      let child = 2 * at + 1;
      if (child >= size) return;
      if (child + 1 < size && this.isWorse(child + 1, child)) child += 1;
      if (!this.isWorse(child, at)) return;
      this.swap(at, child);
      at = child;
    }
  }

  private isWorse(a: number, b: number): boolean {
    const scoreA = this.scores[a] as number;
    const scoreB = this.scores[b] as number;
    return scoreA === scoreB ? compareHits(this.hits[a] as IndexHit, this.hits[b] as IndexHit) > 0 : scoreA < scoreB;
  }

  private place(at: number, hit: IndexHit, from: { readonly deadAt: Uint32Array; readonly row: number }): void {
    this.scores[at] = hit.score;
    this.hits[at] = hit;
    this.deadAt[at] = from.deadAt;
    this.rows[at] = from.row;
  }

  private swap(a: number, b: number): void {
    const score = this.scores[a] as number;
    const hit = this.hits[a] as IndexHit;
    const from = { deadAt: this.deadAt[a] as Uint32Array, row: this.rows[a] as number };
    this.scores[a] = this.scores[b] as number;
    this.hits[a] = this.hits[b] as IndexHit;
    this.deadAt[a] = this.deadAt[b] as Uint32Array;
    this.rows[a] = this.rows[b] as number;
    this.scores[b] = score;
    this.hits[b] = hit;
    this.deadAt[b] = from.deadAt;
    this.rows[b] = from.row;
  }
}

/** Negative when `a` ranks before `b`; never 0 for two memories. */
export function compareHits(a: IndexHit, b: IndexHit): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.recordedAt !== b.recordedAt) return b.recordedAt - a.recordedAt;
  if (a.memoryId === b.memoryId) return 0;
  return a.memoryId < b.memoryId ? -1 : 1;
}

// Written out, since spreading parts together takes fifty times as long, and a search makes thousands.
function hitOf(score: number, block: EntryBlock, row: number): IndexHit {
  const facet = block.facets[block.facetOf[row] as number] as Facet;
  const hit: { -readonly [Key in keyof IndexHit]: IndexHit[Key] } = {
    memoryId: block.memoryIds[row] as IndexHit['memoryId'],
    version: block.versions[row] as number,
    subjectId: facet.subjectId,
    epoch: facet.epoch,
    tenantId: block.tenantId,
    audience: block.audience,
    sessionKey: facet.sessionKey,
    kind: facet.kind,
    occurredAtMs: block.occurredAtMs[row] as number,
    recordedAt: block.recordedAt[row] as number,
    confidence: block.confidence[row] as number,
    speakerTerms: facet.speakerTerms,
    score,
  };
  if (facet.departmentId !== null) hit.departmentId = facet.departmentId;
  return hit;
}
