import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseEnginesConfig } from './engines.config.js';
import { ENGINES_OF, enginesOf, type ServiceName } from './engines-of.js';

const ALL = {
  MNEME_ENGINES: 'distributed',
  MNEME_ROOT_KEY_FILE: '/keys/root.key',
  MNEME_COMMITMENT_KEY_FILE: '/keys/commitment.key',
  MNEME_KAFKA_BROKERS: 'kafka-0:9092, kafka-1:9092',
  MNEME_POSTGRES_URL: 'postgres://mneme:canary-1@db:5432/mneme',
  MNEME_QDRANT_URL: 'http://qdrant:6333/',
  MNEME_QDRANT_API_KEY: 'canary-2',
  MNEME_NEO4J_URL: 'bolt://graph:7687',
  MNEME_NEO4J_USER: 'mneme',
  MNEME_NEO4J_PASSWORD: 'canary-3',
  MNEME_REDIS_URL: 'redis://:canary-4@sessions:6379/2',
};
const SERVICES = Object.keys(ENGINES_OF) as ServiceName[];
const VARIABLE = { kafka: 'BROKERS', postgres: 'URL', qdrant: 'URL', neo4j: 'URL', redis: 'URL' } as const;

function parsed(env: Record<string, string>, service: ServiceName = 'standalone') {
  const config = parseEnginesConfig(env, service);
  if (config.profile !== 'distributed') throw new Error('it is not distributed');
  return config;
}

function variablesOf(env: Record<string, string>, service: ServiceName = 'standalone'): readonly string[] {
  try {
    parseEnginesConfig(env, service);
  } catch (error) {
    return (error as Error).message.match(/MNEME_\w+(?=:)/g) ?? [];
  }
  return [];
}

describe('where distributed engines are', () => {
  it('is read with defaults for what sets deployments apart', () => {
    const config = parsed(ALL);
    expect(config.kafka).toEqual({
      brokers: ['kafka-0:9092', 'kafka-1:9092'],
      topicPrefix: '',
      partitionCount: 16,
      replicationFactor: 1,
      hasTls: false,
      sasl: undefined,
    });
    expect(config.postgres.url.reveal()).toBe(ALL.MNEME_POSTGRES_URL);
    expect(config.postgres).toMatchObject({ schema: 'mneme', poolSizeMax: 6 });
    expect(config.qdrant).toMatchObject({ url: 'http://qdrant:6333', collectionPrefix: 'mneme' });
    expect(config.neo4j).toMatchObject({ url: 'bolt://graph:7687', user: 'mneme', labelSpace: 'mneme' });
    expect(config.redis?.keyPrefix).toBe('mneme');
    expect(config.keyFiles).toEqual({ rootKeyFile: '/keys/root.key', commitmentKeyFile: '/keys/commitment.key' });
  });

  it('may name the user of the graph within its address', () => {
    const { MNEME_NEO4J_USER: _user, MNEME_NEO4J_PASSWORD: _password, ...env } = ALL;
    const { neo4j } = parsed({ ...env, MNEME_NEO4J_URL: 'bolt://neo4j:p%40ss@graph:7687' });
    expect(neo4j).toMatchObject({ url: 'bolt://graph:7687', user: 'neo4j' });
    expect(neo4j?.password.reveal()).toBe('p@ss');
  });

  it('may name a user of Kafka, and then asks for the password too', () => {
    const env = { ...ALL, MNEME_KAFKA_SASL_USERNAME: 'mneme', MNEME_KAFKA_TLS: 'on' };
    expect(variablesOf(env)).toEqual(['MNEME_KAFKA_SASL_PASSWORD']);
    const { kafka } = parsed({ ...env, MNEME_KAFKA_SASL_PASSWORD: 'canary-5' });
    expect(kafka).toMatchObject({ hasTls: true, sasl: { mechanism: 'scram-sha-512', username: 'mneme' } });
  });

  it('is asked for all at once', () => {
    expect(variablesOf({ MNEME_ENGINES: 'distributed', MNEME_KEY_CACHE_MS: '0' })).toEqual([
      'MNEME_ROOT_KEY_FILE',
      'MNEME_COMMITMENT_KEY_FILE',
      'MNEME_KAFKA_BROKERS',
      'MNEME_POSTGRES_URL',
      'MNEME_QDRANT_URL',
      'MNEME_NEO4J_URL',
      'MNEME_NEO4J_PASSWORD',
      'MNEME_REDIS_URL',
      'MNEME_KEY_CACHE_MS',
    ]);
  });

  it.each(Object.keys(ALL).filter((name) => name !== 'MNEME_NEO4J_USER'))('tells %s alone when it is wrong', (name) => {
    expect(variablesOf({ ...ALL, [name]: '' })).toEqual([name]);
  });

  it('never shows a password, neither when it is right nor when it is wrong', () => {
    expect(`${inspect(parsed(ALL), { depth: 9, showHidden: true })}${JSON.stringify(parsed(ALL))}`).not.toContain(
      'canary',
    );
    for (const name of ['MNEME_POSTGRES_URL', 'MNEME_REDIS_URL', 'MNEME_NEO4J_URL', 'MNEME_QDRANT_URL']) {
      expect(() => parsed({ ...ALL, [name]: 'ftp://user:canary@host' })).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('canary') }),
      );
    }
  });
});

describe('docs/distributed.md', () => {
  const textOf = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
  const documented = [...textOf('../../../docs/distributed.md').matchAll(/^\| `(MNEME_[A-Z0-9_]+)`/gm)].map(
    ([, name]) => name,
  );
  const own = [...textOf('./distributed.config.ts').matchAll(/'(MNEME_[A-Z0-9_]+)'/g)].map(([, name]) => name);

  it('names every setting of distributed engines, and the two beside them', () => {
    const beside = ['MNEME_ENGINES', 'MNEME_OPERATOR_KEY_FILE'];
    expect(documented.sort()).toEqual([...new Set([...own, ...beside])].sort());
  });
});

describe('a service alone', () => {
  it.each(SERVICES)('%s is asked for the engines that it opens, and for no other', (service) => {
    const needed = enginesOf(service).map((engine) => `MNEME_${engine.toUpperCase()}_${VARIABLE[engine]}`);
    const asked = variablesOf({ MNEME_ENGINES: 'distributed' }, service).filter((name) => /BROKERS|_URL$/.test(name));
    expect(asked).toEqual(needed);
    const config = parsed(ALL, service);
    expect([config.qdrant, config.neo4j, config.redis].filter((one) => one !== undefined)).toHaveLength(
      needed.length - 2,
    );
  });

  it('is given the commitment key only where commitments are made', () => {
    const given = SERVICES.filter((service) => parsed(ALL, service).keyFiles.commitmentKeyFile !== undefined);
    expect(given).toEqual(['erasure', 'standalone']);
  });

  it('runs on distributed engines without being told, and on no data directory', () => {
    const { MNEME_ENGINES: _engines, ...env } = ALL;
    expect(parsed(env, 'ingest').profile).toBe('distributed');
    expect(variablesOf({ ...env, MNEME_ENGINES: 'embedded' }, 'ingest')).toEqual(['MNEME_ENGINES']);
  });
});
