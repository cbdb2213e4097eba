import { rmSync } from 'node:fs';
import { isOnPath } from './commands.mjs';
import { install, missingFor } from './install.mjs';
import { kafka } from './kafka.mjs';
import { neo4j } from './neo4j.mjs';
import { postgres } from './postgres.mjs';
import { runningPid, stop, untilReady } from './processes.mjs';
import { qdrant } from './qdrant.mjs';
import { redis } from './redis.mjs';

const SERVERS = { kafka, neo4j, redis, postgres, qdrant };
export const SERVER_NAMES = Object.keys(SERVERS);
export { install, missingFor };

/** The variable of the environment that names each, where it runs already. */
export const ADDRESS_VARIABLES = {
  kafka: 'MNEME_KAFKA_BROKERS',
  neo4j: 'MNEME_NEO4J_URL',
  redis: 'MNEME_REDIS_URL',
  postgres: 'MNEME_POSTGRES_URL',
  qdrant: 'MNEME_QDRANT_URL',
};

/** Those that the environment names. */
export function givenNames() {
  return SERVER_NAMES.filter((name) => (process.env[ADDRESS_VARIABLES[name]] ?? '') !== '');
}

/** Those that can be started here: Qdrant only where there is one. */
export function startableNames() {
  return SERVER_NAMES.filter((name) => name !== 'qdrant' || isOnPath('qdrant'));
}

/** Starts those that do not run yet, all at once, and waits until each answers. */
export async function up(run, names, { isQuick = false, say = () => undefined } = {}) {
  const missing = missingFor(names);
  if (missing.length > 0) throw new Error(`${missing.join(', ')}: missing, install first`);
  await allOf(names, async (name) => {
    const startedMs = Date.now();
    const server = SERVERS[name];
    const runs = runningPid(run, name) !== undefined;
    if (!runs) await server.start(run, { isQuick });
    await untilReady(run, name, () => server.isReady(run));
    if (!runs) say(`${name} is ready after ${((Date.now() - startedMs) / 1_000).toFixed(1)} s`);
  });
}

/** Stops them; with `wipe` at once, and their data goes too. */
export async function down(run, names, { wipe = false } = {}) {
  await allOf(names, async (name) => {
    await stop(run, name, { signal: wipe ? 'SIGKILL' : signalOf(name) });
    if (!wipe) return;
    SERVERS[name].wipe?.(run);
    for (const left of [name, `${name}.log`]) rmSync(run.pathOf(left), { recursive: true, force: true });
  });
}

export async function status(run) {
  const states = SERVER_NAMES.map(async (name) => {
    const pid = runningPid(run, name);
    if (pid === undefined) return { name, state: 'down' };
    return { name, state: (await SERVERS[name].isReady(run)) ? 'up' : 'starting', pid, port: run.ports[name] };
  });
  return Promise.all(states);
}

/** Where the servers are, as the services and the specs of engines are told. */
export function variablesOf(run, names) {
  return Object.assign({}, ...names.map((name) => SERVERS[name].variables(run)));
}

/** PostgreSQL waits for its clients at SIGTERM. */
function signalOf(name) {
  return name === 'postgres' ? 'SIGINT' : 'SIGTERM';
}

/** All of them, whatever becomes of one. */
async function allOf(names, work) {
  const results = await Promise.allSettled(names.map(work));
  const problems = results.filter(({ status: outcome }) => outcome === 'rejected').map(({ reason }) => reason.message);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
