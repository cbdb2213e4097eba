import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { javaArguments } from './java.mjs';
import { answerOf, launch } from './processes.mjs';

const HEAP_MB = 512;
const USER = 'neo4j';
const PASSWORD = 'mneme-local-only';
const HASH_ROUNDS = 1_024;
/** The beginning of Bolt, and the versions that are offered: 5.8 down to 5.0. */
const BOLT_HELLO = Buffer.from('6060b01700080805000000000000000000000000', 'hex');
const OPENS = ['java.nio', 'java.io', 'sun.nio.ch', 'java.util.concurrent'].map((name) => `java.base/${name}`);

/** Neo4j Community. */
export const neo4j = {
  name: 'neo4j',
  variables: ({ ports }) => ({
    MNEME_NEO4J_URL: `bolt://${USER}:${PASSWORD}@127.0.0.1:${ports.neo4j}`,
  }),
  isReady: async ({ ports }) => (await answerOf(ports.neo4j, BOLT_HELLO))?.[3] === 5,
  start: (run, { isQuick }) => {
    const home = run.pathOf('neo4j');
    for (const directory of ['conf', 'data/dbms', 'logs', 'run', 'plugins', 'import', 'licenses']) {
      mkdirSync(run.pathOf('neo4j', directory), { recursive: true });
    }
    writeFileSync(run.pathOf('neo4j', 'conf', 'neo4j.conf'), configurationOf(run));
    // Read only while there are no users yet.
    if (!existsSync(run.pathOf('neo4j', 'data', 'databases', 'system'))) {
      writeFileSync(run.pathOf('neo4j', 'data', 'dbms', 'auth.ini'), firstUser(), { mode: 0o600 });
    }
    const properties = { 'io.netty.tryReflectionSetAccessible': 'true', 'log4j2.disable.jmx': 'true' };
    const args = javaArguments('neo4j', { heapMb: HEAP_MB, isQuick, properties, opens: OPENS });
    const server = ['org.neo4j.server.CommunityEntryPoint', `--home-dir=${home}`, `--config-dir=${home}/conf`];
    launch(run, 'neo4j', { command: 'java', args: [...args, ...server] });
  },
};

/** As the server keeps it: user, SHA-256 repeated over salt and password, salt, rounds. */
function firstUser() {
  const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
  const salt = randomBytes(32);
  let hash = sha256(Buffer.concat([salt, Buffer.from(PASSWORD)]));
  for (let round = 1; round < HASH_ROUNDS; round += 1) hash = sha256(hash);
  return `${USER}:SHA-256,${hash.toString('hex')},${salt.toString('hex')},${HASH_ROUNDS}:\n`;
}

function configurationOf({ ports }) {
  const settings = {
    'server.default_listen_address': '127.0.0.1',
    'server.bolt.listen_address': `127.0.0.1:${ports.neo4j}`,
    'server.bolt.advertised_address': `127.0.0.1:${ports.neo4j}`,
    'server.http.enabled': false,
    'server.https.enabled': false,
    'server.memory.heap.initial_size': '128m',
    'server.memory.heap.max_size': `${HEAP_MB}m`,
    'server.memory.pagecache.size': '64m',
    'dbms.usage_report.enabled': false,
    'db.tx_log.preallocate': false,
    'db.tx_log.rotation.size': '32m',
    'db.tx_log.rotation.retention_policy': 'keep_none',
    'db.logs.query.enabled': 'OFF',
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
