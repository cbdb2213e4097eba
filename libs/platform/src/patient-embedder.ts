import { type ErrorCode, isMemoryError, Unavailable } from '@mneme/domain';
import type { Embedder } from '@mneme/ports';
import type { Metrics } from './metrics.js';

/** What is wrong with the server or with its configuration, and with no text: a memory must not be lost for it. */
const OF_THE_SERVER: readonly ErrorCode[] = ['unauthenticated', 'not-found', 'corrupt'];

/**
 * Counts calls by outcome, and lets a consumer wait where somebody has to set something right: a key that has run out, or
 * a model under another name, delays the projection and costs it no record.
 */
export function patientEmbedder(embedder: Embedder, metrics: Metrics): Embedder {
  return {
    model: embedder.model,
    similarity: (cosine) => embedder.similarity(cosine),
    embedTexts: (texts, signal) => counted(metrics, () => embedder.embedTexts(texts, signal)),
    embedQuestion: (question, signal) => counted(metrics, () => embedder.embedQuestion(question, signal)),
  };
}

async function counted<T>(metrics: Metrics, call: () => Promise<T>): Promise<T> {
  try {
    const answer = await call();
    metrics.increment('mneme_embedding_calls_total', { outcome: 'answered' });
    return answer;
  } catch (error) {
    const code = isMemoryError(error) ? error.code : undefined;
    metrics.increment('mneme_embedding_calls_total', { outcome: code ?? 'stopped' });
    if (code === undefined || !OF_THE_SERVER.includes(code)) throw error;
    throw new Unavailable((error as Error).message, { cause: error });
  }
}
