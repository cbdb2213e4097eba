import type {
  Audience,
  DepartmentId,
  MemoryId,
  MemoryKind,
  SessionKey,
  SourceId,
  SubjectId,
  TenantId,
} from '@mneme/events';
import { COUNT_MAX, POSTING_WORDS } from './packed-entry.js';

/** A row as the index is loaded: in the order of `BLOCK_COLUMNS`. */
export type BlockRow = readonly [
  entryId: number,
  memoryId: MemoryId,
  sourceId: SourceId,
  version: number,
  recordedAt: number,
  occurredAtMs: number,
  expiresAtMs: number | null,
  confidence: number,
  trust: number,
  facet: string,
  postingBytes: number,
  packed: Uint8Array,
];

// What the turns of one session have in common is read as one text, and parsed once a block.
export const BLOCK_COLUMNS = `entry_id, memory_id, source_id, version, recorded_at, occurred_at_ms, expires_at_ms,
  confidence, trust,
  json_array(subject_id, epoch, session_key, kind, department_id, agent_id, team_id, json(flags), json(speaker_terms)),
  posting_bytes, packed`;

export interface Facet {
  readonly subjectId: SubjectId;
  readonly epoch: number;
  readonly sessionKey: SessionKey;
  readonly kind: MemoryKind;
  readonly departmentId: DepartmentId | null;
  readonly agentId: string | null;
  readonly teamId: string | null;
  readonly flags: readonly string[];
  readonly speakerTerms: readonly number[];
}

/** A row that is there; a number below says since which change of its segment it is not. */
export const ALIVE = 0xffff_ffff;
/** A row that was erased: gone from every snapshot, also from those taken before. */
export const ERASED = 0;

/** Consecutive entries of one tenant, audience and model, packed into columns; only `deadAt` ever changes. */
export interface EntryBlock {
  readonly tenantId: TenantId;
  readonly audience: Audience;
  readonly rows: number;
  /** Ascending. */
  readonly entryIds: Float64Array;
  readonly memoryIds: readonly MemoryId[];
  readonly sourceIds: readonly SourceId[];
  readonly versions: Float64Array;
  readonly recordedAt: Float64Array;
  readonly occurredAtMs: Float64Array;
  /** Infinity where there is no limit. */
  readonly expiresAtMs: Float64Array;
  readonly confidence: Float64Array;
  readonly trust: Float64Array;
  readonly facetOf: Uint16Array;
  readonly facets: readonly Facet[];
  /** Where a row's postings begin, in words; one more than there are rows. */
  readonly postingStart: Uint32Array;
  readonly postings: Uint32Array;
  /** Sum of a row's term counts. */
  readonly lengths: Float64Array;
  /** Where a row's vectors begin, in numbers; one more than there are rows. */
  readonly vectorStart: Uint32Array;
  readonly vectors: Float32Array;
  readonly deadAt: Uint32Array;
  /** What it takes in memory, about. */
  readonly bytes: number;
}

const WORD_BYTES = 4;
// Two ids as strings, eight columns of 8 bytes and four of 2 to 4.
const ROW_BYTES = 2 * 64 + 8 * 8 + 14;
const FACET_BYTES = 600;

/** Packs at most 65,536 rows. */
export function entryBlockOf(tenantId: TenantId, audience: Audience, rows: readonly BlockRow[]): EntryBlock {
  const { facetOf, facets } = facetsOf(rows);
  const packed = packedColumnsOf(rows);
  const blobBytes = packed.postings.byteLength + packed.vectors.byteLength;
  return {
    tenantId,
    audience,
    rows: rows.length,
    ...numberColumnsOf(rows),
    memoryIds: rows.map((row) => row[1]),
    sourceIds: rows.map((row) => row[2]),
    facetOf,
    facets,
    ...packed,
    deadAt: new Uint32Array(rows.length).fill(ALIVE),
    bytes: rows.length * ROW_BYTES + facets.length * FACET_BYTES + blobBytes,
  };
}

/** Position of an entry, or -1. */
export function rowOfEntry(block: EntryBlock, entryId: number): number {
  let low = 0;
  let high = block.rows - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = block.entryIds[middle] as number;
    if (found === entryId) return middle;
    if (found < entryId) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function numberColumnsOf(rows: readonly BlockRow[]) {
  const column = () => new Float64Array(rows.length);
  const [entryIds, versions, recordedAt, occurredAtMs] = [column(), column(), column(), column()];
  const [expiresAtMs, confidence, trust] = [column(), column(), column()];
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as BlockRow;
    entryIds[index] = row[0];
    versions[index] = row[3];
    recordedAt[index] = row[4];
    occurredAtMs[index] = row[5];
    expiresAtMs[index] = row[6] ?? Infinity;
    confidence[index] = row[7];
    trust[index] = row[8];
  }
  return { entryIds, versions, recordedAt, occurredAtMs, expiresAtMs, confidence, trust };
}

function facetsOf(rows: readonly BlockRow[]): { readonly facetOf: Uint16Array; readonly facets: Facet[] } {
  const known = new Map<string, number>();
  const facets: Facet[] = [];
  const facetOf = new Uint16Array(rows.length);
  rows.forEach((row, index) => {
    let facet = known.get(row[9]);
    if (facet === undefined) {
      facet = facets.push(parseFacet(row[9])) - 1;
      known.set(row[9], facet);
    }
    facetOf[index] = facet;
  });
  return { facetOf, facets };
}

function parseFacet(text: string): Facet {
  const [subjectId, epoch, sessionKey, kind, departmentId, agentId, teamId, flags, speakerTerms] = JSON.parse(text);
  return { subjectId, epoch, sessionKey, kind, departmentId, agentId, teamId, flags, speakerTerms };
}

function packedColumnsOf(rows: readonly BlockRow[]) {
  const postingStart = new Uint32Array(rows.length + 1);
  const vectorStart = new Uint32Array(rows.length + 1);
  rows.forEach((row, index) => {
    postingStart[index + 1] = (postingStart[index] as number) + row[10] / WORD_BYTES;
    vectorStart[index + 1] = (vectorStart[index] as number) + (row[11].length - row[10]) / WORD_BYTES;
  });
  const postings = new Uint32Array(postingStart[rows.length] as number);
  const vectors = new Float32Array(vectorStart[rows.length] as number);
  const postingBytes = new Uint8Array(postings.buffer);
  const vectorBytes = new Uint8Array(vectors.buffer);
  rows.forEach((row, index) => {
    const packed = row[11];
    postingBytes.set(packed.subarray(0, row[10]), (postingStart[index] as number) * WORD_BYTES);
    vectorBytes.set(packed.subarray(row[10]), (vectorStart[index] as number) * WORD_BYTES);
  });
  return { postingStart, postings, lengths: lengthsOf(postingStart, postings), vectorStart, vectors };
}

function lengthsOf(postingStart: Uint32Array, postings: Uint32Array): Float64Array {
  const lengths = new Float64Array(postingStart.length - 1);
  for (let row = 0; row < lengths.length; row++) {
    const end = postingStart[row + 1] as number;
    let length = 0;
    for (let at = postingStart[row] as number; at < end; at += POSTING_WORDS)
      length += (postings[at + 1] as number) & COUNT_MAX;
    lengths[row] = length;
  }
  return lengths;
}
