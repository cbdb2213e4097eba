import { describe, expect, it } from '@jest/globals';
import { parseWebhookConfig } from './webhook.config.js';

describe('settings of webhooks', () => {
  it('allow https and public addresses alone, unless the operator says otherwise', () => {
    expect(parseWebhookConfig({})).toMatchObject({ allowHttp: false, allowPrivate: false, timeoutMs: 5_000 });
    expect(
      parseWebhookConfig({ MNEME_WEBHOOK_HTTP: 'on', MNEME_WEBHOOK_PRIVATE: 'on', MNEME_WEBHOOK_TIMEOUT_MS: '100' }),
    ).toMatchObject({ allowHttp: true, allowPrivate: true, timeoutMs: 100 });
  });

  it.each([
    [{ MNEME_WEBHOOK_HTTP: 'yes' }, 'MNEME_WEBHOOK_HTTP'],
    [{ MNEME_WEBHOOK_PRIVATE: '1' }, 'MNEME_WEBHOOK_PRIVATE'],
    [{ MNEME_WEBHOOK_TIMEOUT_MS: '0' }, 'MNEME_WEBHOOK_TIMEOUT_MS'],
  ])('are refused by name: %j', (env, variable) => {
    expect(() => parseWebhookConfig(env)).toThrow(variable);
  });
});
