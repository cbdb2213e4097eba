import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parseStandaloneConfigs } from './standalone-configs.js';

const readme = readFileSync(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8');
const CONSUMERS = ['WRITE_FILTER', 'CATALOGUE', 'EMBEDDER'];
const CONSUMER_SETTINGS = ['LINGER_MS', 'BATCH_RECORDS_MAX', 'BACKOFF_MAX_MS', 'HEARTBEAT_MS'];

/** Every variable that the README names. */
const documented = [
  ...[...readme.matchAll(/^\| `(MNEME_[A-Z_]+)`/gm)].map(([, name]) => name as string),
  ...CONSUMERS.flatMap((consumer) => CONSUMER_SETTINGS.map((setting) => `MNEME_${consumer}_${setting}`)),
];

/** The variables of an error, in its order. */
function variablesOf(env: Record<string, string>): string[] {
  try {
    parseStandaloneConfigs(env);
  } catch (error) {
    return [...(error as Error).message.matchAll(/^ {2}(MNEME_\w+): .+$/gm)].map(([, name]) => name as string);
  }
  return [];
}

describe('the configuration of the standalone service', () => {
  it('has a default for everything', () => {
    expect(parseStandaloneConfigs({})).toMatchObject({
      standalone: { grpc: { host: '127.0.0.1', port: 7301 } },
      engines: { dataDirectory: '.mneme' },
      embedder: { embedder: { batchRecordsMax: 200 } },
    });
  });

  it('reports every problem of every service at once, each variable once', () => {
    const env = Object.fromEntries(documented.map((name) => [name, ' ']));
    expect(documented.length).toBeGreaterThan(25);
    expect(variablesOf(env).sort()).toEqual([...documented].sort());
  });

  it.each(documented)('reports %s alone when it alone is wrong', (name) => {
    expect(variablesOf({ [name]: '' })).toEqual([name]);
  });
});
