import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locate, type LocateOptions } from './locate.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mneme-locate-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const put = (name: string, text: string) => writeFileSync(join(directory, name), text);
const find = (options: Partial<LocateOptions> = {}) =>
  locate({ environment: {}, dataDirectory: directory, role: 'agent', ...options });

function running(): void {
  put('endpoint.json', JSON.stringify({ grpc: '127.0.0.1:7301', http: 'http://127.0.0.1:7300', pid: 1 }));
  put('development.key', 'mneme_dev_key\n');
  put('operator.key', 'mneme_op_key\n');
}

describe('locate', () => {
  it('reads the data directory, with the key of the role', () => {
    running();
    expect(find()).toEqual({ address: '127.0.0.1:7301', apiKey: 'mneme_dev_key' });
    expect(find({ role: 'operator' })).toEqual({ address: '127.0.0.1:7301', apiKey: 'mneme_op_key' });
  });

  it('reads where each service is when they are processes of their own, and not when an address is named', () => {
    running();
    const services = { retrieval: '127.0.0.1:7311' };
    put('endpoint.json', JSON.stringify({ grpc: '127.0.0.1:7301', services }));
    expect(find()).toEqual({ address: '127.0.0.1:7301', services, apiKey: 'mneme_dev_key' });
    expect(find({ address: 'localhost:9' })).not.toHaveProperty('services');
  });

  it('lets the environment go before the directory, and flags before both', () => {
    running();
    const environment = { address: 'memory.internal:1', apiKey: 'mneme_env_key' };
    expect(find({ environment })).toEqual({ address: 'memory.internal:1', apiKey: 'mneme_env_key' });
    expect(find({ environment, address: 'a:2', apiKey: 'mneme_flag_key' })).toEqual({
      address: 'a:2',
      apiKey: 'mneme_flag_key',
    });
  });

  it('sends a key of the directory to this machine only', () => {
    running();
    expect(find({ address: 'localhost:9' }).apiKey).toBe('mneme_dev_key');
    expect(() => find({ address: 'elsewhere.example:9' })).toThrow('--key');
    expect(() => find({ address: '127.0.0.1.example:9' })).toThrow('--key');
  });

  it('says what to do when nothing runs', () => {
    expect(() => find()).toThrow('npm start');
    put('endpoint.json', '{"grpc"');
    expect(() => find()).toThrow('cannot be read');
  });

  it('says which key is missing', () => {
    put('endpoint.json', '{"grpc":"127.0.0.1:7301"}');
    expect(() => find()).toThrow('development.key');
    put('operator.key', '\n');
    expect(() => find({ role: 'operator' })).toThrow('operator.key');
  });
});
