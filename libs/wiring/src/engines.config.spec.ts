import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseEnginesConfig } from './engines.config.js';

const embedder = { MNEME_EMBEDDER: 'openai', MNEME_EMBEDDER_MODEL: 'm', MNEME_EMBEDDER_DIMENSIONS: '512' };
const languageModel = { MNEME_LANGUAGE_MODEL: 'openai', MNEME_LANGUAGE_MODEL_NAME: 'm' };
const KEY = 'sk-canary-1';

describe('parseEnginesConfig', () => {
  it('needs nothing: a static table, and no language model', () => {
    expect(parseEnginesConfig({})).toEqual({
      profile: 'embedded',
      dataDirectory: '.mneme',
      keyCacheMs: 5_000,
      keyCacheSubjectsMax: 20_000,
      keyCacheTenantsMax: 1_000,
      embedder: { engine: 'static' },
      languageModel: { engine: 'none' },
      webhook: expect.objectContaining({ allowHttp: false }),
    });
  });

  it('reads a server for embeddings and one for language', () => {
    const urls = { MNEME_EMBEDDER_URL: 'http://127.0.0.1:8080/v1/', MNEME_LANGUAGE_MODEL_TIMEOUT_MS: '5000' };
    const config = parseEnginesConfig({ ...embedder, ...languageModel, ...urls, MNEME_EMBEDDER_ASK_DIMENSIONS: 'yes' });
    expect(config.embedder).toMatchObject({
      engine: 'openai',
      url: 'http://127.0.0.1:8080/v1',
      model: 'm',
      dimensions: 512,
      asksDimensions: true,
      apiKey: undefined,
    });
    expect(config.languageModel).toMatchObject({
      engine: 'openai',
      url: 'https://api.openai.com/v1',
      timeoutMs: 5_000,
      dailyTokensMax: 1_000_000,
    });
  });

  it('says everything that is wrong at once, of both and of the stores', () => {
    const env = {
      MNEME_DATA_DIR: ' ',
      MNEME_EMBEDDER: 'openai',
      MNEME_EMBEDDER_URL: 'ftp://x',
      MNEME_EMBEDDER_ENCODING: 'int8',
      MNEME_LANGUAGE_MODEL: 'openai',
      MNEME_LANGUAGE_MODEL_CALLS_AT_ONCE_MAX: '0',
      MNEME_LANGUAGE_MODEL_API_KEY: 'two words',
    };
    const variables = messageOf(env).match(/MNEME_\w+(?=:)/g);
    expect(variables).toEqual([
      'MNEME_DATA_DIR',
      'MNEME_EMBEDDER_URL',
      'MNEME_EMBEDDER_MODEL',
      'MNEME_EMBEDDER_DIMENSIONS',
      'MNEME_EMBEDDER_ENCODING',
      'MNEME_LANGUAGE_MODEL_API_KEY',
      'MNEME_LANGUAGE_MODEL_NAME',
      'MNEME_LANGUAGE_MODEL_CALLS_AT_ONCE_MAX',
    ]);
  });

  it('reports an unknown engine once', () => {
    expect(messageOf({ MNEME_EMBEDDER: 'magic' })).toContain('MNEME_EMBEDDER: one of static, openai is expected');
    expect(messageOf({ MNEME_LANGUAGE_MODEL: 'magic' })).toContain('one of none, openai is expected');
  });

  it('never prints a key, also not one in an address', () => {
    const env = { ...embedder, ...languageModel, MNEME_EMBEDDER_API_KEY: KEY, MNEME_LANGUAGE_MODEL_API_KEY: KEY };
    const config = parseEnginesConfig(env);
    expect(`${inspect(config, { depth: 9, showHidden: true })}${JSON.stringify(config)}`).not.toContain('canary');
    expect(config.embedder).toHaveProperty('apiKey', expect.objectContaining({}));
    expect(messageOf({ ...env, MNEME_EMBEDDER_URL: `https://user:${KEY}@host/v1` })).not.toContain('canary');
    expect(messageOf({ ...env, MNEME_EMBEDDER_API_KEY: `${KEY} ` })).not.toContain('canary');
  });
});

function messageOf(env: Record<string, string>): string {
  try {
    parseEnginesConfig(env);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}
