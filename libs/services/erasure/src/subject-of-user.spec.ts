import { describe, expect, it } from '@jest/globals';
import { requireText } from './subject-of-user.js';

const limit = { name: 'legalBasisCharsMax', charsMax: 8 };

describe('text of a request', () => {
  it.each(['gdpr-17', 'x', '12345678', 'Ä ö'])('may be %j', (text) => {
    expect(() => requireText('legalBasis', text, limit)).not.toThrow();
  });

  it.each(['', '   ', '123456789'])('is bounded: %j', (text) => {
    expect(() => requireText('legalBasis', text, limit)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        detail: { field: 'legalBasis', limit: 'legalBasisCharsMax=8', sent: String(text.length) },
      }),
    );
  });

  it.each(['a\nb', 'a\u0000', 'a\uFFFD'])('has no control characters and is valid: %j', (text) => {
    expect(() => requireText('legalBasis', text, limit)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});
