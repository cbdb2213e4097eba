import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, runToEnd, userOf } from './commands.mjs';
import { answerOf, launch, logFileOf } from './processes.mjs';

const VERSIONS_DIRECTORY = '/usr/lib/postgresql';
const SUPERUSER = 'mneme';
/** Asks whether TLS is spoken: answered with one letter as soon as it takes connections. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** PostgreSQL, of the newest version that is installed. It refuses to run as root, and then runs as its own user. */
export const postgres = {
  name: 'postgres',
  variables: ({ ports }) => ({
    MNEME_POSTGRES_URL: `postgres://${SUPERUSER}@127.0.0.1:${ports.postgres}/${SUPERUSER}`,
  }),
  isReady: async (run) => {
    if ((await answerOf(run.ports.postgres, SSL_REQUEST))?.length !== 1) return false;
    return runsQuery(run);
  },
  start: async (run) => {
    const directory = homeOf(run);
    const user = postgresUser();
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o700);
    if (isRoot()) chownSync(directory, user.uid, user.gid);
    const data = join(directory, 'data');
    if (!existsSync(join(data, 'PG_VERSION'))) await initialise(run, data, user);
    const settings = [`listen_addresses=127.0.0.1`, `unix_socket_directories=${directory}`, 'max_connections=200'];
    const args = ['-D', data, '-p', String(run.ports.postgres), ...settings.flatMap((setting) => ['-c', setting])];
    launch(run, 'postgres', { command: programOf('postgres'), args, user });
  },
  /** What is not below the directory of the run. */
  wipe: (run) => rmSync(homeOf(run), { recursive: true, force: true }),
};

export function programOf(name) {
  if (!existsSync(VERSIONS_DIRECTORY)) return undefined;
  const versions = readdirSync(VERSIONS_DIRECTORY).filter((version) => /^\d+$/.test(version));
  const [newest] = versions.sort((one, other) => Number(other) - Number(one));
  const program = join(VERSIONS_DIRECTORY, newest ?? '', 'bin', name);
  return newest !== undefined && existsSync(program) ? program : undefined;
}

async function initialise(run, data, user) {
  const settings = ['--auth=trust', '--encoding=UTF8', '--locale=C', `--username=${SUPERUSER}`, '--no-instructions'];
  await runToEnd(programOf('initdb'), ['-D', data, ...settings], {
    logFile: logFileOf(run, 'postgres'),
    withinMs: 120_000,
    user,
  });
}

// The database of the superuser's own name is there only once it has been made.
async function runsQuery(run) {
  const address = ['-h', '127.0.0.1', '-p', String(run.ports.postgres), '-U', SUPERUSER];
  const options = { logFile: run.pathOf('postgres-ready.log'), withinMs: 5_000 };
  const query = (database, sql) => runToEnd('psql', [...address, '-d', database, '-qAtc', sql], options);
  try {
    await query(SUPERUSER, 'SELECT 1');
    return true;
  } catch {
    await query('postgres', `CREATE DATABASE ${SUPERUSER}`).catch(() => undefined);
    return false;
  }
}

/** Its own user cannot pass through the home directory of root. */
function homeOf(run) {
  if (!isRoot()) return run.pathOf('postgres');
  const name = createHash('sha256').update(run.directory).digest('hex').slice(0, 12);
  return join(tmpdir(), `mneme-postgres-${name}`);
}

function postgresUser() {
  return isRoot() ? userOf('postgres') : undefined;
}
