/** Every bound of this adapter, by the name that its errors and the docs give it. */
export interface QdrantLimits {
  /** A search, a page, or one batch of a write. */
  readonly timeoutMs: number;
  /** A sweep, or the making of a collection. */
  readonly sweepTimeoutMs: number;
  /** Connections open at once. */
  readonly connectionsMax: number;
  /** Memories of one request that writes. */
  readonly upsertMemoriesMax: number;
  /** Numbers of all vectors of one request that writes; a memory that has more goes alone. */
  readonly upsertNumbersMax: number;
  /** Ids in one condition. */
  readonly idsMax: number;
  /** Records of one page. */
  readonly pageRecordsMax: number;
  /** Vectors of one segment up to which a search compares with each; beyond it goes along the tenant's graph. */
  readonly scannedPointsMax: number;
  /** Hits with the same score as the last one wanted that are looked at, so that ties break as they should. */
  readonly tiesMax: number;
  /** Memories with a term of the question up to which all of them are read, and counted here. */
  readonly matchesMax: number;
  /** Memories scored exactly where more have a term. */
  readonly candidatesMax: number;
  /** Terms counted side by side. */
  readonly countsAtOnceMax: number;
  /** How old the counts of a scope with more than `matchesMax` matches may be; 0: never kept. */
  readonly countsKeptMs: number;
  /** Scopes whose counts are kept. */
  readonly scopesKeptMax: number;
}

export const DEFAULT_QDRANT_LIMITS: QdrantLimits = {
  timeoutMs: 5_000,
  sweepTimeoutMs: 60_000,
  connectionsMax: 16,
  upsertMemoriesMax: 256,
  upsertNumbersMax: 400_000,
  idsMax: 1_000,
  pageRecordsMax: 500,
  scannedPointsMax: 50_000,
  tiesMax: 4_096,
  matchesMax: 1_000,
  candidatesMax: 1_000,
  countsAtOnceMax: 8,
  countsKeptMs: 5_000,
  scopesKeptMax: 1_000,
};
