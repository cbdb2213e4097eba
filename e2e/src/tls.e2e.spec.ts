import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { connect as connectSocket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type TlsOptions } from '@mneme/client';
import { makeAuthority, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { mneme } from './mneme-command.js';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));
const DAY_MS = 86_400_000;
const home = temporaryDirectory();
const [authority, strangers] = [makeAuthority('the company'), makeAuthority('strangers')];
const [server, client, stranger] = [
  authority.issue({ commonName: 'localhost' }),
  authority.issue({ commonName: 'an agent' }),
  strangers.issue({ commonName: 'a stranger' }),
];

function put(name: string, text: string): string {
  const file = join(home, name);
  writeFileSync(file, text);
  return file;
}

const FILES = {
  ca: put('ca.pem', authority.certificate),
  cert: put('server.pem', server.certificate),
  key: put('server.key', server.key),
  clientCert: put('client.pem', client.certificate),
  clientKey: put('client.key', client.key),
};
const SERVER = { MNEME_TLS_CERT_FILE: FILES.cert, MNEME_TLS_KEY_FILE: FILES.key };
const TRUSTING: TlsOptions = { rootCertificates: Buffer.from(authority.certificate) };
const KNOWN: TlsOptions = {
  ...TRUSTING,
  certificateChain: Buffer.from(client.certificate),
  privateKey: Buffer.from(client.key),
};
const FOREIGN: TlsOptions = {
  ...TRUSTING,
  certificateChain: Buffer.from(stranger.certificate),
  privateKey: Buffer.from(stranger.key),
};

/** The status of `/healthz`, or the code of the error that came instead. */
function health(http: string, options: object): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const request = get(`${http}/healthz`, { ...options, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

function handshake(address: string, options: ConnectionOptions): Promise<string | null> {
  const port = Number(address.split(':').at(-1));
  return new Promise((resolve) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca: authority.certificate, ...options }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.on('error', () => resolve(null));
  });
}

/** What a server answers to bytes that are no TLS. */
function answerToPlain(address: string): Promise<string> {
  const port = Number(address.split(':').at(-1));
  return new Promise((resolve) => {
    const socket = connectSocket({ host: '127.0.0.1', port }, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
    let answer = '';
    socket.on('data', (part: Buffer) => (answer += part.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

async function asks(address: string, apiKey: string, tls: TlsOptions | undefined): Promise<string> {
  const connection = connect({ address, apiKey, tls, timeoutMs: 3_000 });
  try {
    await connection.retrieval.listMemories({ userId: 'ana', filters: [] });
    return 'answered';
  } catch (error) {
    return (error as Error).message;
  } finally {
    connection.close();
  }
}

describe('TLS', () => {
  const directory = join(home, 'tls');
  let service: Running;
  beforeAll(async () => {
    service = await startStandalone(directory, SERVER, { tls: TRUSTING });
  });
  afterAll(() => service.stop('SIGTERM'));

  it('is spoken over gRPC and HTTP, to who trusts the authority', async () => {
    expect(service.http).toMatch(/^https:/);
    expect(await health(service.http, { ca: authority.certificate })).toBe(200);
    expect(await health(service.http, {})).toMatch(/CERT|SIGNATURE/);
    expect(await asks(service.agent.address, service.bearer, TRUSTING)).toBe('answered');
    const distrusting = { rootCertificates: Buffer.from(strangers.certificate) };
    expect(await asks(service.agent.address, service.bearer, distrusting)).toMatch(/^no TLS with .*--ca/);
  });

  it('is nothing less: no plain text, nothing older than 1.2', async () => {
    for (const address of [service.agent.address, service.http]) {
      expect(await answerToPlain(address)).not.toContain('200');
      const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      expect(await handshake(address, old)).toBeNull();
      expect(await handshake(address, { maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
      expect(await handshake(address, {})).toBe('TLSv1.3');
    }
    expect(await asks(service.agent.address, service.bearer, undefined)).not.toBe('answered');
  });

  it('is spoken by the command line: by flag, by environment, and told when the authority is unknown', async () => {
    expect((await mneme(directory, ['status', '--ca', FILES.ca])).exitCode).toBe(0);
    expect((await mneme(directory, ['status'], { MNEME_CA_FILE: FILES.ca })).exitCode).toBe(0);
    const unknown = await mneme(directory, ['status']);
    expect(unknown).toMatchObject({ exitCode: 1, err: expect.stringMatching(/no TLS with .*--ca/) });
    const missing = await mneme(directory, ['status', '--ca', `${FILES.ca}.none`]);
    expect(missing).toMatchObject({ exitCode: 1, err: expect.stringContaining('cannot be read (field: ca)') });
    const half = await mneme(directory, ['status', '--ca', FILES.ca, '--cert', FILES.clientCert]);
    expect(half.err).toContain('--cert and --key-file go together');
  });
});

describe('mutual TLS', () => {
  const directory = join(home, 'mutual');
  let service: Running;
  beforeAll(async () => {
    const env = { ...SERVER, MNEME_TLS_CLIENT_CA_FILE: FILES.ca, MNEME_TLS_MIN_VERSION: '1.3' };
    service = await startStandalone(directory, env, { tls: KNOWN });
  });
  afterAll(() => service.stop('SIGTERM'));

  it('lets in who shows a certificate of the authority, and nobody else', async () => {
    const ca = authority.certificate;
    expect(await health(service.http, { ca, cert: client.certificate, key: client.key })).toBe(200);
    expect(await health(service.http, { ca })).not.toBe(200);
    expect(await health(service.http, { ca, cert: stranger.certificate, key: stranger.key })).not.toBe(200);
    expect(await asks(service.agent.address, service.bearer, KNOWN)).toBe('answered');
    expect(await asks(service.agent.address, service.bearer, TRUSTING)).not.toBe('answered');
    expect(await asks(service.agent.address, service.bearer, FOREIGN)).not.toBe('answered');
    expect(await handshake(service.agent.address, { maxVersion: 'TLSv1.2' })).toBeNull();
  });

  it('still asks for a key', async () => {
    expect(await asks(service.agent.address, 'mneme_0000000000000000_x', KNOWN)).toContain('not valid');
  });

  it('is spoken by the command line', async () => {
    const certified = ['--ca', FILES.ca, '--cert', FILES.clientCert, '--key-file', FILES.clientKey];
    expect((await mneme(directory, ['status', ...certified])).exitCode).toBe(0);
    expect((await mneme(directory, ['status', '--ca', FILES.ca])).exitCode).toBe(1);
  });
});

describe('a start with wrong TLS files', () => {
  const expired = authority.issue({
    commonName: 'localhost',
    notBeforeMs: Date.now() - 2 * DAY_MS,
    notAfterMs: Date.now() - DAY_MS,
  });
  const early = authority.issue({
    commonName: 'localhost',
    notBeforeMs: Date.now() + DAY_MS,
    notAfterMs: Date.now() + 2 * DAY_MS,
  });
  const text = put('text.pem', 'no certificate');
  const cases: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['a certificate without a key', { MNEME_TLS_CERT_FILE: FILES.cert }, /MNEME_TLS_KEY_FILE: .* expected/],
    ['a key without a certificate', { MNEME_TLS_KEY_FILE: FILES.key }, /MNEME_TLS_CERT_FILE: .* expected/],
    ['a client authority alone', { MNEME_TLS_CLIENT_CA_FILE: FILES.ca }, /MNEME_TLS_CERT_FILE: .* expected/],
    ['no file', { ...SERVER, MNEME_TLS_CERT_FILE: '/nowhere.pem' }, /CERT_FILE: \/nowhere.pem cannot be read/],
    ['no certificate in it', { ...SERVER, MNEME_TLS_CERT_FILE: text }, /CERT_FILE: .*holds no certificate in PEM/],
    ['no key in it', { ...SERVER, MNEME_TLS_KEY_FILE: text }, /KEY_FILE: .*holds no private key in PEM/],
    ['no authority in it', { ...SERVER, MNEME_TLS_CLIENT_CA_FILE: text }, /CLIENT_CA_FILE: .*holds no certificate/],
    ['the key of another', { ...SERVER, MNEME_TLS_KEY_FILE: FILES.clientKey }, /KEY_FILE: .*does not belong/],
    ['one that expired', { ...SERVER, MNEME_TLS_CERT_FILE: put('old.pem', expired.certificate) }, /expired on/],
    [
      'one that is not valid yet',
      { ...SERVER, MNEME_TLS_CERT_FILE: put('new.pem', early.certificate) },
      /not valid before/,
    ],
    ['an old version', { ...SERVER, MNEME_TLS_MIN_VERSION: '1.1' }, /MNEME_TLS_MIN_VERSION: one of 1.2, 1.3/],
  ];

  it.each(cases)('%s: does not start, and says why in a line', async (_, env, line) => {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], MNEME_DATA_DIR: join(home, 'never'), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const err = child.stderr.setEncoding('utf8').toArray();
    expect(await once(child, 'close')).toEqual([1, null]);
    const lines = (await err).join('').trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(line);
  });
});
