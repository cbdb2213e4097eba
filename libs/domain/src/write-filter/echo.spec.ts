import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { echoHashesOf, echoShareOf } from './echo.js';

const KEY = createSecretKey(Buffer.alloc(32, 7));
const OTHER_KEY = createSecretKey(Buffer.alloc(32, 8));
const RECALLED = 'The printer is on the second floor. It was repaired on Monday morning.';
const recalled = new Set(echoHashesOf(RECALLED, KEY));

describe('echoShareOf', () => {
  it('knows a sentence again whatever its case and punctuation', () => {
    expect(echoShareOf(RECALLED, recalled, KEY)).toBe(1);
    expect(echoShareOf('THE PRINTER, is on the second floor!', recalled, KEY)).toBe(1);
  });

  it('says how much of a text is repeated', () => {
    expect(echoShareOf('The printer is on the second floor. A new one came in last week.', recalled, KEY)).toBe(0.5);
    expect(echoShareOf('The printer is on the third floor now.', recalled, KEY)).toBe(0);
  });

  it('finds nothing in short sentences, without recalls, or under another key', () => {
    expect(echoHashesOf('Yes. On the second floor? No!', KEY)).toHaveLength(1);
    expect(echoShareOf('', recalled, KEY)).toBe(0);
    expect(echoShareOf(RECALLED, new Set(), KEY)).toBe(0);
    expect(echoShareOf(RECALLED, recalled, OTHER_KEY)).toBe(0);
  });

  it('takes a bounded number of sentences', () => {
    expect(echoHashesOf('One two three four. '.repeat(3_000), KEY)).toHaveLength(200);
  });
});
