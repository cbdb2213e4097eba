import { setImmediate } from 'node:timers/promises';
import type { EmbeddedText, Embedder, EmbeddingModel } from '@mneme/ports';
import { interpolate, type Knot } from '@mneme/domain';
import { MeanVector } from './mean-vector.js';
import type { StaticTable } from './static-table.js';
import { buildTokenTrie } from './token-trie.js';
import { WordPieces } from './word-pieces.js';

const CHUNK_TOKENS_MAX = 256;
/** A few milliseconds of work, after which other tasks of the process get their turn. */
const CHARACTERS_PER_TURN = 16_384;
const UNKNOWN_PIECE = '[UNK]';

/** What an embedder is made of: a table, and the knots that turn a cosine of its vectors into a similarity. */
export interface StaticEmbedderParts {
  readonly table: StaticTable;
  readonly knots: readonly Knot[];
}

/**
 * Embeds text in this process by looking up one vector a WordPiece and taking their mean: no server, no network, some
 * tens of microseconds a sentence. Words that the vocabulary cannot spell are skipped; a text of such words alone, or an
 * empty one, has zero tokens and one chunk of zeros, whose cosine with everything is 0. A text of more than 256 tokens
 * is cut into the fewest chunks that hold it, all of nearly the same length.
 */
export class StaticEmbedder implements Embedder {
  readonly model: EmbeddingModel;
  readonly #knots: readonly Knot[];
  readonly #wordPieces: WordPieces;
  readonly #unknownRow: number;
  readonly #mean: MeanVector;

  constructor({ table, knots }: StaticEmbedderParts) {
    this.model = { id: table.modelId, dimensions: table.dimensions, chunkTokensMax: CHUNK_TOKENS_MAX };
    this.#knots = knots;
    this.#unknownRow = table.pieces.indexOf(UNKNOWN_PIECE);
    this.#wordPieces = new WordPieces(buildTokenTrie(table.pieces), this.#unknownRow);
    this.#mean = new MeanVector(table);
  }

  /** Gives other tasks a turn between texts, and stops there when the signal says so. */
  async embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<readonly EmbeddedText[]> {
    const embedded: EmbeddedText[] = [];
    let characters = 0;
    for (const text of texts) {
      signal?.throwIfAborted();
      embedded.push(this.#embed(text));
      characters += text.length;
      if (characters < CHARACTERS_PER_TURN) continue;
      characters = 0;
      await setImmediate();
    }
    return embedded;
  }

  async embedQuestion(question: string, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted();
    return this.#embed(question).chunks[0] as Float32Array;
  }

  /**
   * The relevance, from 0 (unrelated) over 0.5 (same topic) to 1 (answers or paraphrases), that pairs of this cosine had
   * on average in the calibration set, where a pair that answers counts three times because losing it costs most.
   */
  similarity(cosine: number): number {
    return interpolate(this.#knots, cosine);
  }

  #embed(text: string): EmbeddedText {
    let tokens = 0;
    this.#forEachRow(text, (row) => {
      if (tokens < CHUNK_TOKENS_MAX) this.#mean.add(row);
      tokens += 1;
    });
    const first = this.#mean.take();
    return { chunks: tokens <= CHUNK_TOKENS_MAX ? [first] : this.#embedChunks(text, tokens), tokens };
  }

  /** Reads a long text a second time, now that its length is known, so that no chunk is a remnant of a few words. */
  #embedChunks(text: string, tokens: number): Float32Array[] {
    const count = Math.ceil(tokens / CHUNK_TOKENS_MAX);
    const chunks: Float32Array[] = [];
    let seen = 0;
    this.#forEachRow(text, (row) => {
      this.#mean.add(row);
      seen += 1;
      if (seen === Math.round(((chunks.length + 1) * tokens) / count)) chunks.push(this.#mean.take());
    });
    return chunks;
  }

  #forEachRow(text: string, accept: (row: number) => void): void {
    this.#wordPieces.forEach(text, (row) => {
      if (row !== this.#unknownRow) accept(row);
    });
  }
}
