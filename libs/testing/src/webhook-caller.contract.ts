import { afterEach, describe, expect, it } from '@jest/globals';
import type { WebhookCaller } from '@mneme/ports';
import { makeAuthority } from './certificates.js';
import { answerJson, type WebhookAnswer, WebhookServer } from './webhook-server.js';

export interface WebhookCallerGiven {
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
  readonly urlCharsMax: number;
  readonly ca?: string;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const LOOPBACK: WebhookCallerGiven = {
  allowHttp: true,
  allowPrivate: true,
  timeoutMs: 5_000,
  answerBytesMax: 1_000,
  urlCharsMax: 200,
};
const PRIVATE_URLS = [
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://0.0.0.0/',
  'https://10.1.2.3/',
  'https://172.31.255.255/',
  'https://192.168.0.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://100.64.0.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[::1]/',
  'https://[::]/',
  'https://[fe80::1]/',
  'https://[fd00::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[2001:0:1::1]/',
];
const PUBLIC_URLS = [
  'https://8.8.8.8/',
  'https://172.32.0.1/',
  'https://[2606:4700::1111]/',
  'https://truth.example/x',
];

/** What every caller of webhooks must do; real servers on the loopback interface. */
export function webhookCallerContract(make: (given: WebhookCallerGiven) => WebhookCaller): void {
  describe('webhook caller', () => {
    const servers: WebhookServer[] = [];
    afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
    const serve = async (answer: WebhookAnswer, ...rest: [Parameters<typeof WebhookServer.start>[1]?]) => {
      const server = await WebhookServer.start(answer, ...rest);
      servers.push(server);
      return server;
    };
    const never = new AbortController().signal;
    const call = (url: string, given: Partial<WebhookCallerGiven> = {}, signal = never) =>
      make({ ...LOOPBACK, ...given }).call({ url, body: '{"é":1}', headers: { 'mneme-request': 'r1' } }, signal);

    it('posts the body with its headers and gives the answer back', async () => {
      const server = await serve((_request, response) => answerJson(response, { text: 'ünïcode' }));
      expect(await call(server.url)).toEqual({ outcome: 'answered', body: '{"text":"ünïcode"}' });
      const [seen] = server.seen;
      expect(seen).toMatchObject({ path: '/verify?of=mneme', body: '{"é":1}' });
      expect(seen?.headers).toMatchObject({ 'mneme-request': 'r1', 'content-type': 'application/json' });
    });

    it('speaks TLS to who has a certificate of that name, and to nobody else', async () => {
      const [authority, stranger] = [makeAuthority('ours'), makeAuthority('theirs')];
      const server = await serve(
        (_request, response) => answerJson(response, {}),
        authority.issue({ commonName: 'x' }),
      );
      const resolve = async () => ['127.0.0.1'];
      expect(await call(server.url, { ca: authority.certificate, resolve })).toMatchObject({ outcome: 'answered' });
      expect(await call(server.url, { ca: stranger.certificate, resolve })).toEqual({ outcome: 'unreachable' });
      const other = server.url.replace('localhost', 'other.example');
      expect(await call(other, { ca: authority.certificate, resolve })).toEqual({ outcome: 'unreachable' });
      expect(server.seen).toHaveLength(1);
    });

    it.each([
      ['hangs', () => undefined],
      ['drips', (_request, response) => void setInterval(() => response.write(' '), 20).unref()],
    ] satisfies [string, WebhookAnswer][])('ends in time when the other side %s', async (_, answer) => {
      const server = await serve(answer);
      expect(await call(server.url, { timeoutMs: 200 })).toEqual({ outcome: 'timeout' });
    });

    it('ends in time when the name is never found', async () => {
      const resolve = () => new Promise<never>(() => undefined);
      expect(await call('https://truth.example/', { timeoutMs: 100, resolve })).toEqual({ outcome: 'timeout' });
    });

    it('reads no more than it may', async () => {
      const server = await serve((_request, response) => {
        response.writeHead(200);
        const send = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', send);
        send();
      });
      expect(await call(server.url)).toEqual({ outcome: 'answer-too-long' });
      const full = await serve((_request, response) => void response.end('y'.repeat(1_000)));
      expect(await call(full.url)).toMatchObject({ outcome: 'answered' });
    });

    it.each([301, 302, 303, 307, 308])('follows no redirect %i', async (status) => {
      const target = await serve((_request, response) => answerJson(response, {}));
      const server = await serve(
        (_request, response) => void response.writeHead(status, { location: target.url }).end(),
      );
      expect(await call(server.url)).toEqual({ outcome: 'redirected' });
      expect(target.connections).toBe(0);
    });

    it.each([
      [429, 'unavailable'],
      [500, 'unavailable'],
      [503, 'unavailable'],
      [404, 'refused'],
      [204, 'refused'],
    ])('takes %i for %s', async (status, outcome) => {
      const server = await serve((_request, response) => void response.writeHead(status).end());
      expect(await call(server.url)).toEqual({ outcome });
    });

    it('calls who closes the connection, speaks no HTTP or is not there unreachable', async () => {
      const closing = await serve((_request, response) => void response.destroy());
      const lying = await serve((_request, response) => void response.socket?.end('what?\r\n\r\n'));
      const gone = await serve(() => undefined);
      await gone.close();
      for (const { url } of [closing, lying, gone]) expect(await call(url)).toEqual({ outcome: 'unreachable' });
    });

    it.each(PRIVATE_URLS)('takes %s for private and calls it neither by address nor by name', async (url) => {
      const caller = make({ ...LOOPBACK, allowPrivate: false });
      expect(() => caller.checkUrl(url)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
      expect(await call(url, { allowPrivate: false })).toEqual({ outcome: 'address-refused' });
      const address = new URL(url).hostname.replace(/^\[|\]$/g, '');
      const resolve = async () => ['8.8.8.8', address];
      expect(await call('https://truth.example/', { allowPrivate: false, resolve })).toEqual({
        outcome: 'address-refused',
      });
      expect(() => make(LOOPBACK).checkUrl(url)).not.toThrow();
    });

    it.each(PUBLIC_URLS)('takes %s for public', (url) => {
      expect(() => make({ ...LOOPBACK, allowPrivate: false }).checkUrl(url)).not.toThrow();
    });

    it('calls the very address that it looked up, once: the name cannot stand for another by then', async () => {
      const server = await serve((_request, response) => answerJson(response, {}));
      let lookedUp = 0;
      const resolve = async () => [(lookedUp += 1) === 1 ? '127.0.0.1' : '127.0.0.2'];
      const outcome = await call(`http://truth.example:${server.port}/`, { resolve });
      expect([outcome, lookedUp]).toEqual([{ outcome: 'answered', body: '{}' }, 1]);
      expect(server.seen[0]?.headers.host).toBe(`truth.example:${server.port}`);
    });

    it('sends nothing where a name has no address', async () => {
      expect(await call('https://truth.example/', { resolve: async () => [] })).toEqual({ outcome: 'address-refused' });
      const failing = { resolve: () => Promise.reject(new Error('ENOTFOUND')) };
      expect(await call('https://truth.example/', failing)).toEqual({ outcome: 'unreachable' });
    });

    it.each([
      ['http://8.8.8.8/', 'invalid-input'],
      ['ftp://8.8.8.8/', 'invalid-input'],
      ['file:///etc/passwd', 'invalid-input'],
      ['javascript:alert(1)', 'invalid-input'],
      ['https://user:secret@8.8.8.8/', 'invalid-input'],
      ['https://', 'invalid-input'],
      ['no url', 'invalid-input'],
      [`https://8.8.8.8/${'x'.repeat(200)}`, 'limit-exceeded'],
    ])('refuses the url %s without repeating it', async (url, code) => {
      const strict = { ...LOOPBACK, allowHttp: false };
      expect(() => make(strict).checkUrl(url)).toThrow(
        expect.objectContaining({ code, message: expect.not.stringContaining('secret') }),
      );
      expect(await call(url, { allowHttp: false })).toEqual({ outcome: 'address-refused' });
    });

    it('ends at once when it is called off', async () => {
      const server = await serve(() => undefined);
      const ending = new AbortController();
      const called = call(server.url, {}, ending.signal);
      setTimeout(() => ending.abort(new Error('stop')), 50);
      await expect(called).rejects.toThrow('stop');
      await expect(call(server.url, {}, ending.signal)).rejects.toThrow('stop');
    });
  });
}
