import { InvalidInput } from '@mneme/domain';

/** How much of an engine one process takes, and how long it waits for it. */
export interface Neo4jLimits {
  /** Connections of this process. */
  readonly poolSizeMax: number;
  /** For a connection to be made. */
  readonly connectTimeoutMs: number;
  /** For a connection of the pool to come free. */
  readonly acquireTimeoutMs: number;
  /** After which the engine ends a transaction by itself. */
  readonly transactionTimeoutMs: number;
  /** After which an answer is waited for no longer, whatever the engine does. */
  readonly answerTimeoutMs: number;
  /** How often work is done again at once when another transaction stood in its way, or its connection broke. */
  readonly retriesMax: number;
  /** For indexes that are being built at start. */
  readonly indexTimeoutMs: number;
}

export interface Neo4jOptions extends Partial<Neo4jLimits> {
  /** `bolt://host:7687` or `neo4j://host`, with `+s` for TLS; credentials in it are an error. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Begins the names of all labels, types and indexes; what another label space holds does not exist in this one. */
  readonly labelSpace: string;
}

export interface Neo4jAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** For messages: no credentials. */
  readonly shown: string;
}

export const NEO4J_LIMITS: Neo4jLimits = {
  poolSizeMax: 16,
  connectTimeoutMs: 5_000,
  acquireTimeoutMs: 5_000,
  transactionTimeoutMs: 10_000,
  answerTimeoutMs: 15_000,
  retriesMax: 5,
  indexTimeoutMs: 300_000,
};

const SCHEMES = new Set(['bolt:', 'bolt+s:', 'bolt+ssc:', 'neo4j:', 'neo4j+s:', 'neo4j+ssc:']);
// Without an underscore, so that no label space begins another one's names.
const LABEL_SPACE = /^[A-Za-z][A-Za-z0-9]{0,39}$/;

/** @throws InvalidInput naming the field. */
export function neo4jAddress({ url, user, password }: Neo4jOptions): Neo4jAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !SCHEMES.has(parsed.protocol) || parsed.hostname === '') {
    throw new InvalidInput('the address of Neo4j is no URL of bolt or neo4j', { field: 'url' });
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new InvalidInput('the address of Neo4j holds credentials: give user and password by themselves', {
      field: 'url',
    });
  }
  return { url, user, password, shown: parsed.host };
}

/** @throws InvalidInput for a limit that is no positive whole number. */
export function neo4jLimits(given: Partial<Neo4jLimits>): Neo4jLimits {
  const names = Object.keys(NEO4J_LIMITS) as (keyof Neo4jLimits)[];
  const limits = names.map((name) => {
    const value = given[name] ?? NEO4J_LIMITS[name];
    const least = name === 'retriesMax' ? 0 : 1;
    if (Number.isSafeInteger(value) && value >= least) return [name, value] as const;
    throw new InvalidInput('a limit is a whole number above zero', { field: name, sent: String(value) });
  });
  return Object.fromEntries(limits) as unknown as Neo4jLimits;
}

/** @throws InvalidInput: it is part of each statement's text, so nothing but a name may be one. */
export function requireLabelSpace(labelSpace: string): string {
  if (LABEL_SPACE.test(labelSpace)) return labelSpace;
  throw new InvalidInput('a label space is a letter and at most 39 letters and digits', { field: 'labelSpace' });
}
