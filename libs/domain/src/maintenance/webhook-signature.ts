import { createHmac } from 'node:crypto';

const PREFIX = 'mnwh_';

/** A webhook's key as its owner sees it; these characters are the key that signs. */
export function shownWebhookKey(key: Uint8Array): string {
  return `${PREFIX}${Buffer.from(key).toString('base64url')}`;
}

/**
 * `v1=` and HMAC-SHA-256 in hex over `timestamp.body`: whoever has the key can tell that Mneme sent it, and when, so that
 * an old request cannot be sent again.
 */
export function webhookSignatureOf(shownKey: string, timestampS: number, body: string): string {
  return `v1=${createHmac('sha256', shownKey).update(`${timestampS}.${body}`).digest('hex')}`;
}
