import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, Metrics, parseIssuers, type TokenFault, TokenVerifier } from '@mneme/platform';
import { removeTemporaryDirectories, startTokenIssuer, temporaryDirectory, type TokenIssuer } from '@mneme/testing';
import { exportJWK, generateSecret, SignJWT, UnsecuredJWT } from 'jose';

removeTemporaryDirectories();

const ISSUER = 'https://login.example';
const AUDIENCE = 'mneme';
const CLAIMS = { mneme_tenant: 'acme', mneme_agent: 'bot', mneme_rights: ['recall'] };
let issuer: TokenIssuer;
let clock: { nowMs(): number; byMs: number };
let metrics: Metrics;

beforeEach(async () => {
  issuer = await startTokenIssuer(ISSUER, AUDIENCE);
  clock = { byMs: 0, nowMs: () => Date.now() + clock.byMs };
  metrics = new Metrics();
});
afterEach(() => issuer.close());

function verifierOf(given: object = {}): TokenVerifier {
  const basic = { issuer: ISSUER, audience: [AUDIENCE], algorithms: ['ES256'], jwks: { url: issuer.url } };
  const issuers = parseIssuers({ issuers: [{ ...basic, clockToleranceS: 5, ...given }] });
  return new TokenVerifier({ issuers }, { clock, metrics, logger: new Logger('silent') });
}

async function refused(verifier: TokenVerifier, token: string, fault: TokenFault): Promise<void> {
  const error: unknown = await verifier.verify(token).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'unauthenticated', detail: { field: 'authorization' } });
  const { message, detail } = error as { message: string; detail: object };
  const told = JSON.stringify({ message, detail });
  for (const part of token.split('.').filter((one) => one.length > 8)) expect(told).not.toContain(part);
  expect(await metrics.text()).toContain(`mneme_tokens_refused_total{reason="${fault}"} 1`);
}

const nowS = () => Math.floor(Date.now() / 1_000);

describe('a token', () => {
  it('is what its claims say, by default names', async () => {
    const token = await issuer.sign({ ...CLAIMS, sub: 'someone', mneme_user: 'ignored' });
    expect(await verifierOf().verify(token)).toEqual({
      issuer: ISSUER,
      holder: 'someone',
      tenantId: 'acme',
      agentId: 'bot',
      rights: ['recall'],
      minTrust: 0,
    });
  });

  it('is read by the names that the issuer uses, and for the tenant that it is fixed to', async () => {
    const names = { agent: 'azp', rights: 'scope', user: 'sub', department: 'dep', teams: 'groups', minTrust: 'trust' };
    const claims = { azp: 'bot', scope: 'openid ingest recall', sub: 'ana', dep: 'care', groups: ['west'], trust: 0.5 };
    const verifier = verifierOf({ tenantId: 'acme', claims: names });
    expect(await verifier.verify(await issuer.sign({ ...claims, mneme_tenant: 'other' }))).toEqual({
      issuer: ISSUER,
      holder: 'ana',
      tenantId: 'acme',
      agentId: 'bot',
      rights: ['ingest', 'recall'],
      userId: 'ana',
      departmentId: 'care',
      teamIds: ['west'],
      minTrust: 0.5,
    });
  });

  it.each<[string, TokenFault, () => Promise<string>]>([
    ['of another audience', 'audience', () => issuer.sign({ ...CLAIMS, aud: 'another' })],
    ['of no audience', 'audience', () => issuer.sign({ ...CLAIMS, aud: undefined })],
    ['that has expired', 'expired', () => issuer.sign({ ...CLAIMS, exp: nowS() - 6 })],
    ['that never expires', 'claim', () => issuer.sign({ ...CLAIMS, exp: undefined })],
    ['that is not valid yet', 'not-yet-valid', () => issuer.sign({ ...CLAIMS, nbf: nowS() + 60 })],
    ['of another issuer', 'issuer', () => issuer.sign({ ...CLAIMS, iss: 'https://evil.example' })],
    ['of no issuer', 'issuer', () => issuer.sign({ ...CLAIMS, iss: undefined })],
    ['under an unknown key', 'unknown-key', () => issuer.sign(CLAIMS, { kid: 'key-9' })],
    ['that was forged', 'signature', () => issuer.forge(CLAIMS)],
    ['without an agent', 'claim', () => issuer.sign({ ...CLAIMS, mneme_agent: undefined })],
    ['with a number for its tenant', 'claim', () => issuer.sign({ ...CLAIMS, mneme_tenant: 7 })],
    ['with an object for its rights', 'claim', () => issuer.sign({ ...CLAIMS, mneme_rights: {} })],
    ['that is too long', 'too-long', () => issuer.sign({ ...CLAIMS, padding: 'x'.repeat(9_000) })],
    ['that is none', 'malformed', async () => 'aaaaaaaaaa.bbbbbbbbbb.cccccccccc'],
    ['with an unknown critical header', 'malformed', () => issuer.sign(CLAIMS).then((token) => withCrit(token))],
    [
      'without a signature',
      'algorithm',
      async () => new UnsecuredJWT({ ...CLAIMS, iss: ISSUER, aud: AUDIENCE }).encode(),
    ],
    ['that was changed', 'signature', () => issuer.sign(CLAIMS).then((token) => changed(token))],
  ])('%s is refused as %s', async (_, fault, make) => {
    await refused(verifierOf(), await make(), fault);
  });

  it('signed with a shared secret is refused, also when the secret is the public key', async () => {
    const secret = await generateSecret('HS256', { extractable: true });
    const claims = { ...CLAIMS, iss: ISSUER, aud: AUDIENCE, exp: nowS() + 60 };
    await refused(
      verifierOf(),
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret),
      'algorithm',
    );
  });

  it('is not taken under an algorithm that its issuer is not pinned to, though the key would do', async () => {
    await refused(verifierOf({ algorithms: ['RS256'] }), await issuer.sign(CLAIMS), 'algorithm');
  });

  it('may be early or late by the tolerance', async () => {
    const verifier = verifierOf();
    await verifier.verify(await issuer.sign({ ...CLAIMS, exp: nowS() - 3 }));
    await verifier.verify(await issuer.sign({ ...CLAIMS, nbf: nowS() + 3 }));
  });
});

describe('the keys of an issuer', () => {
  it('are asked for once by many tokens, and again for a key id that is new', async () => {
    const verifier = verifierOf({ cooldownMs: 1_000 });
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.sign(CLAIMS)));
    await Promise.all(tokens.map((token) => verifier.verify(token)));
    expect(issuer.asked).toBe(1);
    await issuer.rotate();
    const fresh = await issuer.sign(CLAIMS);
    await refused(verifier, fresh, 'unknown-key');
    expect(issuer.asked).toBe(1);
    clock.byMs += 1_100;
    await verifier.verify(fresh);
    expect(issuer.asked).toBe(2);
  });

  it('that were withdrawn hold no longer than until they are read again', async () => {
    const verifier = verifierOf({ refreshMs: 1_000, cooldownMs: 500 });
    const old = await issuer.sign(CLAIMS);
    await verifier.verify(old);
    await issuer.rotate();
    clock.byMs += 1_100;
    await verifier.verify(old);
    await verifier.verify(await issuer.sign(CLAIMS));
    await refused(verifier, old, 'unknown-key');
  });

  it('hold while they cannot be read anew, and not for ever', async () => {
    const verifier = verifierOf({ refreshMs: 1_000, cooldownMs: 500, staleMs: 10_000 });
    const token = await issuer.sign({ ...CLAIMS, exp: nowS() + 600 });
    await verifier.verify(token);
    issuer.serving = 'error';
    clock.byMs += 9_000;
    await verifier.verify(token);
    clock.byMs += 2_000;
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'unavailable', retry: 'later' });
  });

  it.each(['hang', 'error', 'redirect', 'garbage', 'huge'] as const)(
    'that answer with %s are unavailable: in time, by name, and the next one does not wait',
    async (serving) => {
      issuer.serving = serving;
      const verifier = verifierOf({ timeoutMs: 100, cooldownMs: 10_000 });
      const token = await issuer.sign(CLAIMS);
      const unavailable = { code: 'unavailable', detail: { field: 'authorization' } };
      await Promise.all([1, 2].map(() => expect(verifier.verify(token)).rejects.toMatchObject(unavailable)));
      await expect(verifier.verify(token)).rejects.toMatchObject(unavailable);
      expect(issuer.asked).toBe(1);
      issuer.serving = 'keys';
      clock.byMs += 5_001;
      await verifier.verify(token);
    },
  );

  it('can be in a file, which is read again', async () => {
    const file = join(temporaryDirectory(), 'jwks.json');
    const pair = generateKeyPairSync('ed25519');
    writeFileSync(file, '{"keys":[]}');
    const verifier = verifierOf({ algorithms: ['EdDSA'], jwks: { file }, cooldownMs: 1_000 });
    const claims = { ...CLAIMS, iss: ISSUER, aud: AUDIENCE, exp: nowS() + 60 };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'a' }).sign(pair.privateKey);
    await refused(verifier, token, 'unknown-key');
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'a' }] }));
    clock.byMs += 1_100;
    await verifier.verify(token);
  });
});

function changed(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const other = Buffer.from(JSON.stringify({ ...claims, mneme_tenant: 'other' })).toString('base64url');
  return [header, other, signature].join('.');
}

function withCrit(token: string): string {
  const [header = '', payload = ''] = token.split('.');
  const fields = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
  const critical = Buffer.from(JSON.stringify({ ...fields, crit: ['mood'], mood: 1 })).toString('base64url');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = sign('sha256', Buffer.from(`${critical}.${payload}`), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return [critical, payload, signature.toString('base64url')].join('.');
}
