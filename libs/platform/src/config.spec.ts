import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { addressOr, type Env, integerFrom, oneOf, parseEnv, parseParts, Secret, textOr } from './config.js';

const shape = {
  size: ['SIZE', integerFrom(1, 10, 5)],
  level: ['LEVEL', oneOf(['low', 'high'] as const, 'low')],
  address: ['ADDRESS', addressOr('127.0.0.1:7300')],
  name: ['NAME', textOr('mneme')],
} as const;

describe('reading the environment', () => {
  it('falls back where nothing is set', () => {
    const address = { host: '127.0.0.1', port: 7300 };
    expect(parseEnv(shape, {})).toEqual({ size: 5, level: 'low', address, name: 'mneme' });
  });

  it('reads what is set', () => {
    const env = { SIZE: '10', LEVEL: 'high', ADDRESS: '[::1]:0', NAME: 'x', OTHER: 'ignored' };
    expect(parseEnv(shape, env)).toEqual({ size: 10, level: 'high', address: { host: '[::1]', port: 0 }, name: 'x' });
  });

  it('reports every problem at once, by variable', () => {
    const env = { SIZE: '1e1', LEVEL: 'middle', ADDRESS: 'localhost', NAME: ' ' };
    expect(() => parseEnv(shape, env)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        message: expect.stringMatching(
          /SIZE: a whole number from 1 to 10[^]*LEVEL: one of[^]*ADDRESS: host:port[^]*NAME/,
        ),
      }),
    );
  });

  it.each(['0', '11', '-1', '2.5', '', 'Infinity'])('refuses "%s" as a whole number from 1 to 10', (value) => {
    expect(() => integerFrom(1, 10, 5)(value)).toThrow('a whole number');
  });

  it.each(['host', 'host:', ':80', 'host:70000', 'a b:80', '::1:80'])('refuses "%s" as an address', (value) => {
    expect(() => addressOr('x:1')(value)).toThrow('host:port');
  });
});

describe('reading the settings of several parts', () => {
  const parsers = {
    one: (env: Env) => parseEnv({ size: ['SIZE', integerFrom(1, 10, 5)], name: ['NAME', textOr('x')] }, env),
    // A part of parts, and a variable that two parts share.
    two: (env: Env) =>
      parseParts({ inner: (all: Env) => parseEnv({ level: ['LEVEL', oneOf(['low'], 'low')] }, all) }, env),
    three: (env: Env) => parseEnv({ size: ['SIZE', integerFrom(1, 10, 5)] }, env),
  };

  it('gives each part its own', () => {
    const read = parseParts(parsers, { SIZE: '7' });
    expect(read).toEqual({ one: { size: 7, name: 'x' }, two: { inner: { level: 'low' } }, three: { size: 7 } });
  });

  it('reports the problems of all parts at once, a shared one once', () => {
    expect(() => parseParts(parsers, { SIZE: '0', NAME: '', LEVEL: 'high' })).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        message: [
          'the configuration is not valid:',
          'SIZE: a whole number from 1 to 10 is expected',
          'NAME: a value is expected',
          'LEVEL: one of low is expected',
        ].join('\n  '),
      }),
    );
  });

  it('passes on what is no problem of the configuration', () => {
    const broken = () => {
      throw new TypeError('a bug');
    };
    expect(() => parseParts({ ...parsers, broken }, { SIZE: '0' })).toThrow(TypeError);
  });
});

describe('a secret', () => {
  it('is never printed', () => {
    const secret = new Secret('hunter2');
    const printed = [
      `${secret.toString()}`,
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect(secret, { depth: 9 }),
    ];
    expect(printed.join()).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });
});
