import { describe, expect, it } from '@jest/globals';
import type { Embedder } from '@mneme/ports';

const TEXTS = [
  '[14 March 2026] Ana: the invoice of March was paid twice',
  '[14 March 2026] Ben: the harbour was closed because of the fog',
  'one',
];

/** What every embedder owes: unit vectors of its dimensions, the same for the same text, and a monotone similarity. */
export function embedderContract(make: () => Promise<Embedder>): void {
  describe('Embedder', () => {
    it('names its model, its dimensions and the tokens of a chunk', async () => {
      const { id, dimensions, chunkTokensMax } = (await make()).model;
      expect(id).not.toBe('');
      expect(dimensions).toBeGreaterThan(0);
      expect(chunkTokensMax).toBeGreaterThan(0);
    });

    it('answers one text each, in order, with unit vectors', async () => {
      const embedder = await make();
      const embedded = await embedder.embedTexts(TEXTS);
      expect(embedded).toHaveLength(TEXTS.length);
      for (const [i, { chunks, tokens }] of embedded.entries()) {
        expect(tokens).toBeGreaterThan(0);
        expect(chunks).toHaveLength(1);
        expect(lengthOf(chunks[0])).toBeCloseTo(1, 4);
        const [alone] = await embedder.embedTexts([TEXTS[i] ?? '']);
        expect(alone?.chunks).toEqual(chunks);
      }
    });

    it('splits a text of more than a chunk, and no other', async () => {
      const embedder = await make();
      const long = Array.from({ length: embedder.model.chunkTokensMax + 1 }, () => 'harbour').join(' ');
      const [embedded] = await embedder.embedTexts([long]);
      expect(embedded?.chunks).toHaveLength(2);
      for (const chunk of embedded?.chunks ?? []) expect(lengthOf(chunk)).toBeCloseTo(1, 4);
    });

    it('gives a question the vector of the same text', async () => {
      const embedder = await make();
      const [embedded] = await embedder.embedTexts(['where is the harbour']);
      expect(await embedder.embedQuestion('where is the harbour')).toEqual(embedded?.chunks[0]);
    });

    it('has no number that is not one, for an empty text', async () => {
      const embedder = await make();
      const [embedded] = await embedder.embedTexts(['']);
      for (const chunk of embedded?.chunks ?? []) expect(chunk.every(Number.isFinite)).toBe(true);
    });

    it('takes an empty list', async () => {
      expect(await (await make()).embedTexts([])).toEqual([]);
    });

    it('calibrates monotonely, from 0 to 1', async () => {
      const embedder = await make();
      let last = 0;
      for (let cosine = -1; cosine <= 1; cosine += 0.01) {
        const similarity = embedder.similarity(cosine);
        expect(similarity).toBeGreaterThanOrEqual(last);
        expect(similarity).toBeLessThanOrEqual(1);
        last = similarity;
      }
    });

    it('refuses to go on when it is told to stop', async () => {
      const embedder = await make();
      await expect(embedder.embedTexts(TEXTS, AbortSignal.abort())).rejects.toThrow();
    });
  });
}

function lengthOf(vector: Float32Array | undefined): number {
  return Math.sqrt((vector ?? new Float32Array()).reduce((sum, value) => sum + value * value, 0));
}
