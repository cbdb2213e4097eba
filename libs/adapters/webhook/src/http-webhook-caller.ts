import { lookup } from 'node:dns/promises';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { WebhookCall, WebhookCaller, WebhookOutcome } from '@mneme/ports';
import { isPublicAddress } from './allowed-address.js';
import { checkedUrl, hostOf } from './checked-url.js';

export interface HttpWebhookCallerOptions {
  readonly allowHttp: boolean;
  /** Loopback, private and link-local addresses. */
  readonly allowPrivate: boolean;
  /** Of a call as a whole, from the look-up of the name to the last byte. */
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
  readonly urlCharsMax: number;
  /** Certificates that may vouch for a webhook, in place of the well-known ones (PEM). */
  readonly ca?: string;
  /** All addresses of a name; the machine's resolver unless it is given. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** Calls webhooks over HTTP, each over a connection of its own to the very address that was checked. */
export class HttpWebhookCaller implements WebhookCaller {
  private readonly resolve: (host: string) => Promise<readonly string[]>;

  constructor(private readonly options: HttpWebhookCallerOptions) {
    this.resolve = options.resolve ?? addressesOf;
  }

  checkUrl(url: string): void {
    checkedUrl(url, this.options);
  }

  async call(call: WebhookCall, signal: AbortSignal): Promise<WebhookOutcome> {
    signal.throwIfAborted();
    const deadline = AbortSignal.timeout(this.options.timeoutMs);
    const ending = AbortSignal.any([signal, deadline]);
    try {
      const url = urlOf(call.url, this.options);
      const address = url === undefined ? undefined : await this.addressOf(url, ending);
      if (url === undefined || address === undefined) return { outcome: 'address-refused' };
      return await this.post({ url, address, call }, ending);
    } catch {
      signal.throwIfAborted();
      return { outcome: deadline.aborted ? 'timeout' : 'unreachable' };
    }
  }

  /** One address that the name stands for; undefined when any of them is not allowed. */
  private async addressOf(url: URL, ending: AbortSignal): Promise<string | undefined> {
    const host = hostOf(url);
    const addresses = isIP(host) === 0 ? await within(this.resolve(host), ending) : [host];
    const areAllowed = this.options.allowPrivate || addresses.every(isPublicAddress);
    return areAllowed ? addresses.find((address) => isIP(address) !== 0) : undefined;
  }

  private post(target: Target, ending: AbortSignal): Promise<WebhookOutcome> {
    return new Promise((resolve, reject) => {
      const request = this.requestOf(target, ending);
      request.on('error', reject);
      request.on('response', (response) => {
        readAnswer(response, this.options.answerBytesMax)
          .then(resolve, reject)
          .finally(() => request.destroy());
      });
      request.end(target.call.body);
    });
  }

  private requestOf({ url, address, call }: Target, signal: AbortSignal): ClientRequest {
    const isHttps = url.protocol === 'https:';
    const host = hostOf(url);
    const options = {
      method: 'POST',
      // The address itself: the name is not looked up a second time, so that it cannot stand for another one by then.
      host: address,
      port: url.port === '' ? (isHttps ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      headers: {
        ...call.headers,
        host: url.host,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(call.body),
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'mneme',
        connection: 'close',
      },
      agent: false as const,
      signal,
    };
    if (!isHttps) return requestHttp(options);
    // The certificate is checked against the name; an address has no name to ask for.
    const named = isIP(host) === 0 ? { servername: host } : {};
    return requestHttps({ ...options, ...named, ...(this.options.ca === undefined ? {} : { ca: this.options.ca }) });
  }
}

interface Target {
  readonly url: URL;
  readonly address: string;
  readonly call: WebhookCall;
}

async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<WebhookOutcome> {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) return { outcome: 'redirected' };
  if (status === 429 || status >= 500) return { outcome: 'unavailable' };
  if (status !== 200) return { outcome: 'refused' };
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bytesMax) return { outcome: 'answer-too-long' };
    parts.push(part);
  }
  return { outcome: 'answered', body: Buffer.concat(parts).toString('utf8') };
}

function urlOf(url: string, options: HttpWebhookCallerOptions): URL | undefined {
  try {
    return checkedUrl(url, options);
  } catch {
    return undefined;
  }
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** A look-up cannot be called off; whoever waits for it can go. */
function within<T>(work: Promise<T>, ending: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new Error('ended'));
    ending.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => ending.removeEventListener('abort', end));
  });
}
