import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** What the issuer's key server does when it is asked. */
export type KeyServing = 'keys' | 'hang' | 'error' | 'redirect' | 'garbage' | 'huge';

/** An issuer of tokens with its own keys, served on the loopback interface. */
export interface TokenIssuer {
  readonly url: string;
  serving: KeyServing;
  /** How often the keys were asked for. */
  readonly asked: number;
  /** A new key under another id; those before go unless they are kept. */
  rotate(options?: { readonly keep: boolean }): Promise<void>;
  /** Signed by the newest key, good for five minutes. */
  sign(claims: JWTPayload, header?: object): Promise<string>;
  /** Signed by a key that the issuer has not, under the newest key's id. */
  forge(claims: JWTPayload): Promise<string>;
  close(): Promise<void>;
}

const ALG = 'ES256';
const HUGE_BYTES = 1_000_000;

export async function startTokenIssuer(issuer: string, audience: string): Promise<TokenIssuer> {
  const state = { serving: 'keys' as KeyServing, asked: 0, keys: [] as { kid: string; key: CryptoKey; jwk: JWK }[] };
  const add = async (kid: string) => {
    const { privateKey, publicKey } = await generateKeyPair(ALG, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: ALG, use: 'sig' };
    return { kid, key: privateKey, jwk };
  };
  state.keys = [await add('key-1')];
  const open = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    state.asked += 1;
    open.add(response);
    answer(response, state.serving, { keys: state.keys.map(({ jwk }) => jwk) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const signed = (claims: JWTPayload, header: object, key: CryptoKey) => {
    const nowS = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: issuer, aud: audience, iat: nowS, exp: nowS + 300, ...claims })
      .setProtectedHeader({ alg: ALG, kid: newest().kid, ...header })
      .sign(key);
  };
  const newest = () => state.keys.at(-1) as (typeof state.keys)[number];
  let made = 1;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    get serving() {
      return state.serving;
    },
    set serving(serving) {
      state.serving = serving;
    },
    get asked() {
      return state.asked;
    },
    rotate: async ({ keep } = { keep: false }) => {
      made += 1;
      state.keys = [...(keep ? state.keys : []), await add(`key-${made}`)];
    },
    sign: (claims, header = {}) => signed(claims, header, newest().key),
    forge: async (claims) => signed(claims, {}, (await add('forged')).key),
    close: () => closed(server, open),
  };
}

function answer(response: ServerResponse, serving: KeyServing, keys: object): void {
  switch (serving) {
    case 'keys':
      response.end(JSON.stringify(keys));
      return;
    case 'hang':
      return;
    case 'error':
      response.writeHead(500).end();
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end();
      return;
    case 'garbage':
      response.end('{"keys":"none"}');
      return;
    case 'huge':
      response.end(JSON.stringify({ ...keys, padding: 'x'.repeat(HUGE_BYTES) }));
  }
}

async function closed(server: Server, open: ReadonlySet<ServerResponse>): Promise<void> {
  for (const response of open) response.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
