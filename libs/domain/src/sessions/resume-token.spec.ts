import { describe, expect, it } from '@jest/globals';
import { indexKeysOf } from '../index-keys.js';
import { newResumeToken, resumeHashOf } from './resume-token.js';

describe('a resume token', () => {
  const keys = indexKeysOf(Buffer.alloc(32, 1));

  it('is another one each time, and hashed under the key of its tenant', () => {
    const tokens = Array.from({ length: 50 }, newResumeToken);
    expect(new Set(tokens).size).toBe(50);
    const [token = ''] = tokens;
    expect(resumeHashOf(keys, token)).toMatch(/^[0-9a-f]{64}$/);
    expect(resumeHashOf(keys, token)).toBe(resumeHashOf(keys, token));
    expect(resumeHashOf(indexKeysOf(Buffer.alloc(32, 2)), token)).not.toBe(resumeHashOf(keys, token));
  });

  it.each(['', 'mnr_', 'x', `mnr_${'a'.repeat(42)}`, `mnr_${'a'.repeat(44)}`, `mnr_${'é'.repeat(43)}`])(
    '%p is none',
    (text) => expect(resumeHashOf(keys, text)).toBeUndefined(),
  );
});
