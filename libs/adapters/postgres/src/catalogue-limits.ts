export interface CatalogueLimits {
  /** Rows that one statement writes; a call of more is several statements in one transaction. */
  readonly writeRowsMax: number;
  /** Rows that a digest reads at a time. */
  readonly pageRows: number;
  /** Failed turns that are remembered, the newest. */
  readonly failedTurnsMax: number;
}

export const DEFAULT_CATALOGUE_LIMITS: CatalogueLimits = {
  writeRowsMax: 1_000,
  pageRows: 500,
  failedTurnsMax: 10_000,
};
