import { createHash } from 'node:crypto';
import type { Audience, MemoryId, TenantId } from '@mneme/events';
import { BM25_B, BM25_K1, Corrupt, type IndexEntry, InvalidInput, type TermCount } from '@mneme/domain';
import type { IndexedMemory } from '@mneme/ports';
import { z } from 'zod';
import { DENSE, LEXICAL } from './collection-schema.js';

const TERM_LIMIT = 2 ** 52;
const TERM_LOW_BITS = 2 ** 20;
const USUAL_LENGTH = 16;
const LESS_THAN_ANY = 1e-46;
const ROUNDING_MAX = 1e-12;
const NEARLY_ONE = 1 + 1e-12;
const NO_DEPARTMENT = '';
/** After every instant: so that expiry is one range, also for what never expires. */
const NEVER_MS = 8.64e15 + 1;

/** A sparse vector as Qdrant takes it. */
export interface SparseVector {
  readonly indices: number[];
  readonly values: number[];
}

/** What a point holds beside its vectors: filter fields and blind terms, no text. The model is the collection's. */
const POINT_PAYLOAD = z.strictObject({
  memoryId: z.string(),
  version: z.number(),
  tenantId: z.string(),
  subjectId: z.string(),
  contributors: z.array(z.string()),
  departmentId: z.string(),
  agentId: z.string().optional(),
  teamId: z.string().optional(),
  sessionKey: z.string(),
  sourceId: z.string(),
  place: z.string(),
  kind: z.string(),
  flags: z.array(z.string()),
  sourceClass: z.string(),
  trust: z.number(),
  confidence: z.number(),
  /** The two to the last bit: Qdrant reads the numbers of a payload to within one. */
  trustText: z.string(),
  confidenceText: z.string(),
  occurredAtMs: z.number(),
  recordedAt: z.number(),
  expiresAtMs: z.number(),
  epoch: z.number(),
  inputHash: z.string(),
  speakerTerms: z.array(z.number()),
  terms: z.array(z.number()),
  counts: z.array(z.number()),
  length: z.number(),
  /** Hash of all that the point holds, to tell a version from the same one published with other bytes. */
  stamp: z.string(),
});

export type PointPayload = z.infer<typeof POINT_PAYLOAD>;

export interface Point {
  readonly id: string;
  readonly vector: Record<string, number[][] | SparseVector>;
  readonly payload: PointPayload;
}

/** One id for each memory of each tenant: whatever another tenant writes can never be in its place. */
export function pointIdOf(tenantId: TenantId, memoryId: MemoryId | string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([tenantId, memoryId]))
    .digest('hex');
  // A UUID of version 8, which leaves its bits to us.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Who may read, as one value that leads straight to the records of one tenant's audience. */
export function placeOf(tenantId: TenantId, audience: Audience): string {
  return JSON.stringify([tenantId, audience]);
}

/** The values that `departmentId` has for a record without one and for those of the departments. */
export function departmentValuesOf(departmentIds: readonly string[]): string[] {
  return [NO_DEPARTMENT, ...departmentIds];
}

/** @throws InvalidInput for a term that is no blind term. */
export function pointOf(memory: IndexedMemory): Point {
  const { vectors, terms, model: _model, dimensions: _dimensions, audience, ...fields } = memory;
  checkTerms(terms);
  const sparse = sparseOf(terms);
  const held = {
    ...fields,
    departmentId: fields.departmentId ?? NO_DEPARTMENT,
    expiresAtMs: fields.expiresAtMs ?? NEVER_MS,
    trustText: String(fields.trust),
    confidenceText: String(fields.confidence),
    contributors: [...fields.contributors],
    flags: [...fields.flags],
    speakerTerms: [...fields.speakerTerms],
    place: placeOf(memory.tenantId, audience),
    terms: terms.map(({ term }) => term),
    counts: terms.map(({ count }) => count),
    length: lengthOf(terms),
  };
  return {
    id: pointIdOf(memory.tenantId, memory.memoryId),
    vector: {
      [DENSE]: chunksOf(vectors),
      ...(sparse.indices.length === 0 ? {} : { [LEXICAL]: sparse }),
    },
    payload: { ...held, stamp: stampOf(held, vectors) },
  };
}

/** @throws Corrupt when the payload is not one of ours, or the terms that searches go by are others than it says. */
export function indexEntryOf(
  payload: unknown,
  sparse: SparseVector | undefined,
  { model, dimensions }: { readonly model: string; readonly dimensions: number },
): IndexEntry {
  const parsed = POINT_PAYLOAD.safeParse(payload);
  if (!parsed.success) throw new Corrupt('an index entry is not as it was written', { cause: parsed.error });
  const { terms: ids, counts, length, stamp: _stamp, place, departmentId, expiresAtMs, ...rest } = parsed.data;
  const { trustText, confidenceText, ...fields } = rest;
  const terms = ids.map((term, at): TermCount => ({ term, count: counts[at] ?? 0 }));
  if (counts.length !== ids.length || lengthOf(terms) !== length || !isSame(sparseOf(terms), sparse)) {
    throw new Corrupt('the terms of an index entry are not those that it is found by');
  }
  return {
    ...(fields as unknown as Omit<IndexEntry, 'audience' | 'model' | 'dimensions' | 'terms'>),
    audience: audienceOf(place, fields.tenantId),
    ...(departmentId === NO_DEPARTMENT
      ? {}
      : { departmentId: departmentId as NonNullable<IndexEntry['departmentId']> }),
    ...(expiresAtMs === NEVER_MS ? {} : { expiresAtMs }),
    trust: exactOf(trustText, fields.trust),
    confidence: exactOf(confidenceText, fields.confidence),
    model,
    dimensions,
    terms,
  };
}

/** The index of a term among the 2^32 that Qdrant has: its high bits. Terms that share one are told apart by the payload. */
export function sparseIndexOf(term: number): number {
  return Math.floor(term / TERM_LOW_BITS);
}

/** Each term with about what it adds to the score of a text that is as long as most. */
export function sparseOf(terms: readonly TermCount[]): SparseVector {
  const ratio = lengthOf(terms) / USUAL_LENGTH;
  const values = new Map<number, number>();
  for (const { term, count } of terms) {
    const index = sparseIndexOf(term);
    const value = (count * (BM25_K1 + 1)) / (count + BM25_K1 * (1 - BM25_B + BM25_B * ratio));
    values.set(index, (values.get(index) ?? 0) + value);
  }
  return { indices: [...values.keys()], values: [...values.values()] };
}

// Qdrant takes two lists for a sparse vector where the first holds whole numbers alone. One that becomes the same 32 bits
// is not whole.
function chunksOf(vectors: readonly Float32Array[]): number[][] {
  const chunks = vectors.map((vector) => Array.from(vector));
  const [first] = chunks;
  if (chunks.length === 2 && first?.every(Number.isInteger) === true) {
    const [number = 0] = first;
    first[0] = number === 0 ? LESS_THAN_ANY : number * NEARLY_ONE;
  }
  return chunks;
}

function lengthOf(terms: readonly TermCount[]): number {
  return terms.reduce((sum, { count }) => sum + count, 0);
}

function checkTerms(terms: readonly TermCount[]): void {
  for (const { term, count } of terms) {
    if (Number.isSafeInteger(term) && term >= 0 && term < TERM_LIMIT && Number.isSafeInteger(count) && count >= 1)
      continue;
    throw new InvalidInput('a term is a number of 52 bits, and its count at least 1', { field: 'terms' });
  }
}

function stampOf(held: object, vectors: readonly Float32Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify(held));
  for (const vector of vectors) hash.update(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  return hash.digest('base64url');
}

/** The number that a text holds. @throws Corrupt when what is searched by is another. */
export function exactOf(text: string, searched: number): number {
  const exact = Number(text);
  if (Math.abs(exact - searched) <= ROUNDING_MAX) return exact;
  throw new Corrupt('a number of an index entry is not the one that it is found by');
}

function audienceOf(place: string, tenantId: string): Audience {
  try {
    const [tenant, audience] = JSON.parse(place) as unknown[];
    if (tenant === tenantId && typeof audience === 'string') return audience as Audience;
  } catch {
    // Said below.
  }
  throw new Corrupt('the place of an index entry cannot be read');
}

function isSame(expected: SparseVector, found: SparseVector | undefined): boolean {
  const values = new Map(found?.indices.map((index, at) => [index, found.values[at]]));
  if (values.size !== expected.indices.length) return false;
  return expected.indices.every(
    (index, at) => Math.fround(values.get(index) ?? NaN) === Math.fround(expected.values[at] as number),
  );
}
