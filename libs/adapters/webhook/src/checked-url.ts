import { isIP } from 'node:net';
import { InvalidInput, LimitExceeded } from '@mneme/domain';
import { isPublicAddress } from './allowed-address.js';

export interface AllowedUrls {
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean;
  readonly urlCharsMax: number;
}

const FIELD = 'url';

/** @throws InvalidInput or LimitExceeded, without a word of the url: it may hold a secret. */
export function checkedUrl(text: string, { allowHttp, allowPrivate, urlCharsMax }: AllowedUrls): URL {
  if (text.length > urlCharsMax) {
    const detail = { field: FIELD, limit: `urlCharsMax=${urlCharsMax}`, sent: `${text.length} characters` };
    throw new LimitExceeded('this url is longer than the limit', detail);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '') throw refused('this is no url', 'https://host/path');
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:')) {
    throw refused('a webhook is called over https', 'scheme=https');
  }
  if (url.username !== '' || url.password !== '') throw refused('a url holds no user and no password', 'no user');
  if (isIP(hostOf(url)) !== 0 && !allowPrivate && !isPublicAddress(hostOf(url))) {
    throw refused('this address is private, and the operator does not allow those', 'public address');
  }
  return url;
}

/** The name or address, without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function refused(message: string, limit: string): InvalidInput {
  return new InvalidInput(message, { field: FIELD, limit });
}
