export interface EmbeddingModel {
  /** Names the weights and the preprocessing; vectors of two ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** Tokens of one chunk. */
  readonly chunkTokensMax: number;
}

/** Unit-length vectors of a text's chunks, in order; one chunk unless the text has more than `chunkTokensMax` tokens. */
export interface EmbeddedText {
  readonly chunks: readonly Float32Array[];
  readonly tokens: number;
}

/** Turns text into vectors. The same text gives the same vector for the same model id. */
export interface Embedder {
  readonly model: EmbeddingModel;
  /**
   * One answer a text, in order. @throws Unavailable or Timeout when the model cannot be reached; Forbidden, NotFound or
   * Corrupt when it cannot be used as configured; InvalidInput or LimitExceeded when it refuses a text.
   */
  embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<readonly EmbeddedText[]>;
  /** The vector of a question's first chunk. */
  embedQuestion(question: string, signal?: AbortSignal): Promise<Float32Array>;
  /** Calibrated similarity, 0 to 1, of a raw cosine: the same threshold means the same for every model. Monotone. */
  similarity(cosine: number): number;
}
