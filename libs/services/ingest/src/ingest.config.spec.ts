import { describe, expect, it } from '@jest/globals';
import { DEFAULT_INGEST_CONFIG, parseIngestConfig } from './ingest.config.js';

describe('the configuration of ingest', () => {
  it('has a default for everything', () => {
    expect(parseIngestConfig({})).toEqual(DEFAULT_INGEST_CONFIG);
  });

  it('lowers limits, and reports every problem at once', () => {
    expect(parseIngestConfig({ MNEME_INGEST_BATCH_TURNS_MAX: '10' }).limits.batchTurnsMax).toBe(10);
    const env = { MNEME_INGEST_BATCH_TURNS_MAX: '1001', MNEME_INGEST_STREAM_CHUNKS_MAX: 'many' };
    expect(() => parseIngestConfig(env)).toThrow(/BATCH_TURNS_MAX.*\n.*STREAM_CHUNKS_MAX/);
  });
});
