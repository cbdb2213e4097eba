/** A real engine that specs run on, and the variable that says where it is. */
const VARIABLES = {
  kafka: 'MNEME_KAFKA_BROKERS',
  qdrant: 'MNEME_QDRANT_URL',
  neo4j: 'MNEME_NEO4J_URL',
  redis: 'MNEME_REDIS_URL',
  postgres: 'MNEME_POSTGRES_URL',
} as const;

/**
 * Where the engine is, credentials within the address where it has any: `host:port,…` for Kafka, an URL for the others.
 * @throws Error when nobody said: a spec of an engine that is not there fails and is not left out.
 */
export function engineAddress(engine: keyof typeof VARIABLES): string {
  // eslint-disable-next-line no-restricted-properties -- specs have no main.ts that could read it for them.
  const address = process.env[VARIABLES[engine]];
  if (address !== undefined && address !== '') return address;
  throw new Error(`${VARIABLES[engine]} is not set: npm run test:services starts the engines and says where they are`);
}
