import { createHash } from 'node:crypto';
import { interpolate, type Knot } from '@mneme/domain';
import type { EmbeddedText, Embedder, EmbeddingModel } from '@mneme/ports';
import { batchesOf } from './batches.js';
import { vectorsOf } from './embedding-answer.js';
import type { ModelConnection } from './model-connection.js';
import { chunksOf, tokensOf } from './text-chunks.js';

const ID_HASH_CHARACTERS = 8;
/** Of what is done to a text before it is sent; another version is another model. */
const PREPROCESSING = 'chunks of estimated tokens 1, single spaces';

export interface OpenAiEmbedderOptions {
  readonly model: string;
  /** What each vector must have. */
  readonly dimensions: number;
  /** Asks the server for that many; a model with one size may refuse the question. */
  readonly asksDimensions: boolean;
  readonly encoding: 'float' | 'base64';
  readonly chunkTokensMax: number;
  /** Chunks of one request. */
  readonly batchChunksMax: number;
  /** Estimated tokens of one request. */
  readonly batchTokensMax: number;
  readonly knots: readonly Knot[];
}

/** Names the model, its dimensions and our preprocessing, so that vectors of two settings never meet. */
export function embeddingModelOf({
  model,
  dimensions,
  chunkTokensMax,
}: Pick<OpenAiEmbedderOptions, 'model' | 'dimensions' | 'chunkTokensMax'>): EmbeddingModel {
  const hash = createHash('sha256').update(`${PREPROCESSING}\n${chunkTokensMax}`).digest('hex');
  return { id: `${model}-${dimensions}@${hash.slice(0, ID_HASH_CHARACTERS)}`, dimensions, chunkTokensMax };
}

/**
 * Embeds text by a server that speaks the OpenAI protocol. Batches go one after the other, so that a consumer's quota is
 * its own to set; a text without tokens is not sent and gets one chunk of zeros, whose cosine with everything is 0.
 */
export class OpenAiEmbedder implements Embedder {
  readonly model: EmbeddingModel;

  constructor(
    private readonly connection: ModelConnection,
    private readonly options: OpenAiEmbedderOptions,
  ) {
    this.model = embeddingModelOf(options);
  }

  async embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<readonly EmbeddedText[]> {
    signal?.throwIfAborted();
    const chunked = texts.map((text) => chunksOf(text, this.options.chunkTokensMax));
    const vectors = await this.#embedChunks(
      chunked.flatMap(({ chunks }) => chunks),
      signal,
    );
    let at = 0;
    return chunked.map(({ chunks, tokens }) => {
      const own = vectors.slice(at, at + chunks.length);
      at += chunks.length;
      return { chunks: own.length === 0 ? [this.#zeros()] : own, tokens };
    });
  }

  async embedQuestion(question: string, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted();
    const first = chunksOf(question, this.options.chunkTokensMax).chunks[0];
    if (first === undefined) return this.#zeros();
    const [vector] = await this.#embedChunks([first], signal);
    return vector as Float32Array;
  }

  similarity(cosine: number): number {
    return interpolate(this.options.knots, cosine);
  }

  async #embedChunks(chunks: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]> {
    const { batchChunksMax, batchTokensMax } = this.options;
    const vectors: Float32Array[] = [];
    for (const batch of batchesOf(chunks, tokensOf, { itemsMax: batchChunksMax, weightMax: batchTokensMax })) {
      vectors.push(...(await this.#embedBatch(batch, signal)));
    }
    return vectors;
  }

  async #embedBatch(input: string[], signal?: AbortSignal): Promise<readonly Float32Array[]> {
    const { model, dimensions, asksDimensions, encoding } = this.options;
    const body = { model, input, encoding_format: encoding, ...(asksDimensions ? { dimensions } : {}) };
    const answer = await this.connection.call(
      (client, until) => client.embeddings.create(body, { signal: until }),
      signal,
    );
    return vectorsOf(answer, input.length, dimensions);
  }

  #zeros(): Float32Array {
    return new Float32Array(this.options.dimensions);
  }
}
