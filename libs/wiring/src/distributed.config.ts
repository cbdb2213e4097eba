import { type Env, integerFrom, oneOf, parseParts, parseEnv, type Reader, Secret, type Shape } from '@mneme/platform';
import { ENGINES_OF, type EngineName, enginesOf, type ServiceName } from './engines-of.js';

export interface KafkaConfig {
  readonly brokers: readonly string[];
  /** Before the name of every topic and group. */
  readonly topicPrefix: string;
  /** Of topics that are made; those that exist must have as many. */
  readonly partitionCount: number;
  /** Copies of each record of topics that are made. */
  readonly replicationFactor: number;
  readonly hasTls: boolean;
  /** Undefined: no user is named. */
  readonly sasl: SaslConfig | undefined;
}

export interface SaslConfig {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: Secret;
}

const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

export interface PostgresConfig {
  /** With its credentials. */
  readonly url: Secret;
  readonly schema: string;
  /** Connections of one process at most. */
  readonly poolSizeMax: number;
}

export interface QdrantConfig {
  readonly url: string;
  readonly apiKey: Secret | undefined;
  readonly collectionPrefix: string;
}

export interface Neo4jConfig {
  readonly url: string;
  readonly user: string;
  readonly password: Secret;
  readonly labelSpace: string;
}

export interface RedisConfig {
  /** With its credentials. */
  readonly url: Secret;
  readonly keyPrefix: string;
}

export interface KeyFilesConfig {
  readonly rootKeyFile: string;
  /** Undefined in a service that is not given the commitment key. */
  readonly commitmentKeyFile: string | undefined;
}

/** Where the engines of one service are; undefined is one that it does not open. */
export interface DistributedEngines {
  readonly service: ServiceName;
  readonly keyFiles: KeyFilesConfig;
  readonly kafka: KafkaConfig;
  readonly postgres: PostgresConfig;
  readonly qdrant: QdrantConfig | undefined;
  readonly neo4j: Neo4jConfig | undefined;
  readonly redis: RedisConfig | undefined;
}

/**
 * Reads `MNEME_KAFKA_*`, `MNEME_POSTGRES_*`, `MNEME_QDRANT_*`, `MNEME_NEO4J_*` and `MNEME_REDIS_*` of the engines that the
 * service opens, and where its key files are. @throws InvalidInput with every problem at once.
 */
export function parseDistributedEngines(env: Env, service: ServiceName): DistributedEngines {
  const opened = enginesOf(service);
  const hasCommitments = (ENGINES_OF[service].also as readonly string[]).includes('commitment-key');
  const ifOpened =
    <T extends object>(engine: EngineName, shape: Shape<T>) =>
    (of: Env): T | undefined =>
      opened.includes(engine) ? parseEnv(shape, of) : undefined;
  return {
    service,
    ...parseParts<Omit<DistributedEngines, 'service'>>(
      {
        keyFiles: (of) => parseEnv(keyFilesShape(hasCommitments), of),
        kafka: parseKafka,
        postgres: (of) => parseEnv(postgresShape, of),
        qdrant: ifOpened('qdrant', qdrantShape),
        neo4j: ifOpened('neo4j', neo4jShapeOf(env)),
        redis: ifOpened('redis', redisShape),
      },
      env,
    ),
  };
}

function keyFilesShape(hasCommitments: boolean): Shape<KeyFilesConfig> {
  return {
    rootKeyFile: ['MNEME_ROOT_KEY_FILE', named('the file of the root key')],
    commitmentKeyFile: [
      'MNEME_COMMITMENT_KEY_FILE',
      hasCommitments ? named('the file of the commitment key') : () => undefined,
    ],
  };
}

function parseKafka(env: Env): KafkaConfig {
  const hasUser = env['MNEME_KAFKA_SASL_USERNAME'] !== undefined;
  const { of, sasl } = parseParts<{ of: Omit<KafkaConfig, 'sasl'>; sasl: SaslConfig | undefined }>(
    {
      of: (given) => parseEnv(kafkaShape, given),
      sasl: (given) => (hasUser ? parseEnv(saslShape, given) : undefined),
    },
    env,
  );
  return { ...of, sasl };
}

const kafkaShape: Shape<Omit<KafkaConfig, 'sasl'>> = {
  brokers: ['MNEME_KAFKA_BROKERS', brokers],
  topicPrefix: ['MNEME_KAFKA_TOPIC_PREFIX', nameOr('', /^[A-Za-z0-9._-]{0,100}$/)],
  partitionCount: ['MNEME_KAFKA_PARTITIONS', integerFrom(1, 1_024, 16)],
  replicationFactor: ['MNEME_KAFKA_REPLICATION', integerFrom(1, 7, 1)],
  hasTls: ['MNEME_KAFKA_TLS', (value) => oneOf(['on', 'off'], 'off')(value) === 'on'],
};

const saslShape: Shape<SaslConfig> = {
  mechanism: ['MNEME_KAFKA_SASL_MECHANISM', oneOf(SASL_MECHANISMS, 'scram-sha-512')],
  username: ['MNEME_KAFKA_SASL_USERNAME', named('the name of a user')],
  password: ['MNEME_KAFKA_SASL_PASSWORD', (value) => new Secret(filled(value ?? '', 'the password is expected'))],
};

const postgresShape: Shape<PostgresConfig> = {
  url: ['MNEME_POSTGRES_URL', secretUrl(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database')],
  schema: ['MNEME_POSTGRES_SCHEMA', nameOr('mneme', /^[a-z_][a-z0-9_]{0,47}$/)],
  // Some twelve processes share what a server gives by default, which is 100.
  poolSizeMax: ['MNEME_POSTGRES_POOL_MAX', integerFrom(1, 100, 6)],
};

const qdrantShape: Shape<QdrantConfig> = {
  url: ['MNEME_QDRANT_URL', plainUrl(['http:', 'https:'], 'http://host:6333')],
  apiKey: ['MNEME_QDRANT_API_KEY', (value) => (value === undefined ? undefined : new Secret(filled(value)))],
  collectionPrefix: ['MNEME_QDRANT_COLLECTION_PREFIX', nameOr('mneme', /^[A-Za-z0-9_-]{1,64}$/)],
};

const NEO4J_SCHEMES = ['bolt:', 'bolt+s:', 'bolt+ssc:', 'neo4j:', 'neo4j+s:', 'neo4j+ssc:'];

/** Credentials may stand in the address too; the two variables go before them. */
function neo4jShapeOf(env: Env): Shape<Neo4jConfig> {
  const within = urlOf(env['MNEME_NEO4J_URL'], NEO4J_SCHEMES);
  return {
    url: [
      'MNEME_NEO4J_URL',
      () => {
        if (within === undefined) throw new Error('bolt://host:7687 is expected');
        return `${within.protocol}//${within.host}`;
      },
    ],
    user: ['MNEME_NEO4J_USER', (value) => filled(value ?? (decodeURIComponent(within?.username ?? '') || 'neo4j'))],
    password: [
      'MNEME_NEO4J_PASSWORD',
      (value) => new Secret(filled(value ?? decodeURIComponent(within?.password ?? ''), 'the password is expected')),
    ],
    labelSpace: ['MNEME_NEO4J_LABEL_SPACE', nameOr('mneme', /^[A-Za-z][A-Za-z0-9]{0,39}$/)],
  };
}

const redisShape: Shape<RedisConfig> = {
  url: ['MNEME_REDIS_URL', secretUrl(['redis:', 'rediss:'], 'redis://host:6379')],
  keyPrefix: ['MNEME_REDIS_KEY_PREFIX', nameOr('mneme', /^[A-Za-z0-9:_-]{1,64}$/)],
};

function brokers(value: string | undefined): readonly string[] {
  const named = (value ?? '').split(',').map((broker) => broker.trim());
  if (named.every((broker) => /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(broker))) return named;
  throw new Error('host:port is expected, of several brokers with commas between');
}

function named(what: string): Reader<string> {
  return (value) => filled(value ?? '', `${what} is expected`);
}

function nameOr(fallback: string, pattern: RegExp): Reader<string> {
  return (value = fallback) => {
    if (pattern.test(value)) return value;
    throw new Error(`a name of the form ${pattern.source} is expected`);
  };
}

// What was sent is not repeated: a password may stand in it.
function secretUrl(schemes: readonly string[], example: string): Reader<Secret> {
  return (value) => {
    if (urlOf(value, schemes) === undefined) throw new Error(`an address such as ${example} is expected`);
    return new Secret(value as string);
  };
}

function plainUrl(schemes: readonly string[], example: string): Reader<string> {
  return (value) => {
    const url = urlOf(value, schemes);
    if (url === undefined || url.username !== '' || url.password !== '') {
      throw new Error(`an address such as ${example} is expected, without a key in it`);
    }
    return (value as string).replace(/\/+$/, '');
  };
}

function urlOf(value: string | undefined, schemes: readonly string[]): URL | undefined {
  const url = value !== undefined && URL.canParse(value) ? new URL(value) : undefined;
  return url !== undefined && schemes.includes(url.protocol) && url.hostname !== '' ? url : undefined;
}

function filled(value: string, problem = 'a value is expected'): string {
  if (value.trim() === '') throw new Error(problem);
  return value;
}
