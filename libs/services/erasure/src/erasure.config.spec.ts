import { describe, expect, it } from '@jest/globals';
import { DEFAULT_ERASURE_CONFIG, parseErasureConfig } from './erasure.config.js';

describe('the config of erasures', () => {
  it('has the waits of the design unless they are set', () => {
    expect(parseErasureConfig({})).toEqual(DEFAULT_ERASURE_CONFIG);
    expect(DEFAULT_ERASURE_CONFIG).toMatchObject({ keyCacheMs: 5_000, quietPeriodMs: 15_000 });
    expect(parseErasureConfig({ MNEME_ERASURE_QUIET_PERIOD_MS: '100' }).quietPeriodMs).toBe(100);
  });

  it('reports every problem at once', () => {
    const env = { MNEME_ERASURE_QUIET_PERIOD_MS: 'soon', MNEME_ERASURE_AT_ONCE_MAX: '0' };
    expect(() => parseErasureConfig(env)).toThrow(/QUIET_PERIOD_MS[^]*AT_ONCE_MAX/);
  });
});
