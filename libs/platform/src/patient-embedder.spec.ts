import { describe, expect, it } from '@jest/globals';
import { Corrupt, Forbidden, InvalidInput, LimitExceeded, NotFound, Timeout, Unavailable } from '@mneme/domain';
import type { Embedder } from '@mneme/ports';
import { Metrics } from './metrics.js';
import { patientEmbedder } from './patient-embedder.js';

function failing(error: Error): Embedder {
  const fail = () => Promise.reject(error);
  const model = { id: 'm', dimensions: 2, chunkTokensMax: 8 };
  return { model, similarity: () => 0.5, embedTexts: fail, embedQuestion: fail };
}

describe('patientEmbedder', () => {
  it.each([
    ['a key that is not accepted', new Forbidden('x', {}, 'unauthenticated'), 'later'],
    ['a model that is not known', new NotFound('x'), 'later'],
    ['an answer of another form', new Corrupt('x'), 'later'],
    ['an outage', new Unavailable('x'), 'later'],
    ['a timeout', new Timeout('x'), 'later'],
    ['a refused text', new InvalidInput('x'), 'never'],
    ['a text too long', new LimitExceeded('x'), 'never'],
  ])('makes %s an error to retry: %#', async (_, error, retry) => {
    const metrics = new Metrics();
    const embedder = patientEmbedder(failing(error), metrics);
    await expect(embedder.embedTexts(['a'])).rejects.toMatchObject({ retry, message: 'x' });
    await expect(embedder.embedQuestion('a')).rejects.toMatchObject({ retry });
    expect(await metrics.text()).toContain(`mneme_embedding_calls_total{outcome="${error.code}"} 2`);
  });

  it('passes on what is answered, and what the caller stopped', async () => {
    const metrics = new Metrics();
    const good: Embedder = { ...failing(new Error('stopping')), embedQuestion: async () => new Float32Array([1, 0]) };
    const embedder = patientEmbedder(good, metrics);
    expect(await embedder.embedQuestion('a')).toEqual(new Float32Array([1, 0]));
    await expect(embedder.embedTexts(['a'])).rejects.toThrow('stopping');
    expect([embedder.model.id, embedder.similarity(1)]).toEqual(['m', 0.5]);
    const text = await metrics.text();
    expect(text).toContain('{outcome="answered"} 1');
    expect(text).toContain('{outcome="stopped"} 1');
  });
});
