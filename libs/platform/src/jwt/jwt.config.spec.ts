import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parseIssuers, parseJwtConfig } from './jwt.config.js';

const directory = mkdtempSync(join(tmpdir(), 'mneme-jwt-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the file of issuers', () => {
  const one = {
    issuer: 'https://login.example',
    audience: ['mneme'],
    algorithms: ['RS256'],
    jwks: { file: 'keys.json' },
  };

  it.each([
    ['no signature', { algorithms: ['none'] }, 'issuers.0.algorithms.0'],
    ['a shared secret', { algorithms: ['HS256'] }, 'issuers.0.algorithms.0'],
    ['no algorithm', { algorithms: [] }, 'issuers.0.algorithms'],
    ['keys in plain text from afar', { jwks: { url: 'http://login.example/keys' } }, 'issuers.0.jwks.url'],
    ['no audience', { audience: [] }, 'issuers.0.audience'],
    ['an unknown field', { audiance: ['x'] }, 'issuers.0'],
  ])('refuses %s', (_, given, field) => {
    expect(() => parseIssuers({ issuers: [{ ...one, ...given }] })).toThrow(
      expect.objectContaining({ code: 'invalid-input', detail: { field } }),
    );
  });

  it('refuses one issuer twice', () => {
    expect(() => parseIssuers({ issuers: [one, one] })).toThrow('twice');
  });

  it('is named by the environment, and a wrong one by its variable', () => {
    const file = join(directory, 'issuers.json');
    expect(parseJwtConfig({})).toEqual({ issuers: [] });
    writeFileSync(file, JSON.stringify({ issuers: [one] }));
    expect(parseJwtConfig({ MNEME_JWT_ISSUERS_FILE: file }).issuers).toMatchObject([one]);
    writeFileSync(file, '{');
    expect(() => parseJwtConfig({ MNEME_JWT_ISSUERS_FILE: file })).toThrow(/MNEME_JWT_ISSUERS_FILE: .* is not JSON/);
    expect(() => parseJwtConfig({ MNEME_JWT_ISSUERS_FILE: `${file}.none` })).toThrow('cannot be read');
  });
});
