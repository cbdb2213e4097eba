import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { contextTokensFor, priceOf, READING_MODELS, tokensFor } from '@mneme/domain';
import { parseRetrievalConfig } from './retrieval.config.js';

const directory = mkdtempSync(join(tmpdir(), 'mneme-models-'));
afterAll(() => rmSync(directory, { recursive: true }));

const HOUSE = { name: 'house-model', windowTokens: 32_000, usdPerMillionTokens: 0.2, pricedOn: '2026-03-14' };
const configOf = (value: unknown) => {
  const file = join(directory, 'models.json');
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return parseRetrievalConfig({ MNEME_RETRIEVAL_MODELS_FILE: file });
};

describe('the table of models', () => {
  it('is there without a file, each with the day that its price is from', () => {
    const { readingModels } = parseRetrievalConfig({});
    expect(readingModels).toBe(READING_MODELS);
    expect(new Set(readingModels.map(({ name }) => name)).size).toBe(readingModels.length);
    for (const { pricedOn, windowTokens } of readingModels) {
      expect(pricedOn).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(windowTokens).toBeGreaterThan(4_000);
    }
  });

  it('puts the models of a file first, in place of known ones of the same name', () => {
    const known = { ...HOUSE, name: 'gpt-4o', tokensPerEstimate: 2 };
    const { readingModels } = configOf({ models: [HOUSE, known] });
    expect(readingModels[0]).toEqual({ ...HOUSE, tokensPerEstimate: 1 });
    expect(readingModels.filter(({ name }) => name === 'gpt-4o')).toEqual([known]);
    expect(readingModels).toHaveLength(READING_MODELS.length + 1);
    const text = 'x'.repeat(400);
    expect([tokensFor(known, text), contextTokensFor(known, text)]).toEqual([200, 280]);
    expect(priceOf(known, 1_000_000)).toBe(0.2);
  });

  it.each([
    ['no JSON', '{', 'is not JSON'],
    ['no models', { models: [] }, 'models'],
    ['an unknown field', { models: [{ ...HOUSE, speed: 1 }] }, 'models.0'],
    ['a window too small', { models: [{ ...HOUSE, windowTokens: 10 }] }, 'models.0.windowTokens'],
    ['a day that is none', { models: [{ ...HOUSE, pricedOn: '2026-02-31' }] }, 'models.0.pricedOn'],
    ['a name twice', { models: [HOUSE, HOUSE] }, 'house-model is there twice'],
  ])('refuses %s by name', (_, value, named) => {
    expect(() => configOf(value)).toThrow(named);
  });

  it('refuses a file that is not there', () => {
    expect(() => parseRetrievalConfig({ MNEME_RETRIEVAL_MODELS_FILE: '/nowhere.json' })).toThrow('cannot be read');
  });
});
