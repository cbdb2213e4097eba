import { type Env, integerFrom, oneOf, parseEnv } from '@mneme/platform';
import type { HttpWebhookCallerOptions } from '@mneme/webhook';

const ANSWER_BYTES_MAX = 65_536;
const URL_CHARS_MAX = 2_048;
const SWITCH = ['off', 'on'] as const;

/** Which webhooks may be called, and how long one may take. Reads `MNEME_WEBHOOK_*`. @throws InvalidInput. */
export function parseWebhookConfig(env: Env): HttpWebhookCallerOptions {
  const { http, isPrivate, timeoutMs } = parseEnv(
    {
      http: ['MNEME_WEBHOOK_HTTP', oneOf(SWITCH, 'off')],
      isPrivate: ['MNEME_WEBHOOK_PRIVATE', oneOf(SWITCH, 'off')],
      timeoutMs: ['MNEME_WEBHOOK_TIMEOUT_MS', integerFrom(100, 60_000, 5_000)],
    },
    env,
  );
  return {
    allowHttp: http === 'on',
    allowPrivate: isPrivate === 'on',
    timeoutMs,
    answerBytesMax: ANSWER_BYTES_MAX,
    urlCharsMax: URL_CHARS_MAX,
  };
}
