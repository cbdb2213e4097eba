import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** For specs: a server of their own, on a port of its own, that may be stopped, killed and read from the disk. */
export class OwnServer {
  private constructor(
    readonly url: string,
    private readonly directory: string,
    private readonly settings: readonly string[],
  ) {}

  /** Makes an empty one in a temporary directory and starts it. @throws Error where PostgreSQL is not installed. */
  static async start(settings: Readonly<Record<string, string | number>> = {}): Promise<OwnServer> {
    const directory = mkdtempSync(join(tmpdir(), 'mneme-postgres-'));
    const { uid, gid } = owner();
    chownSync(directory, uid, gid);
    const port = await freePort();
    const all = { port, listen_addresses: '127.0.0.1', unix_socket_directories: directory, ...settings };
    const server = new OwnServer(
      `postgres://mneme@127.0.0.1:${port}/postgres`,
      directory,
      Object.entries(all).map(([name, value]) => `-c ${name}=${value}`),
    );
    await run('initdb', ['-D', server.data, '-U', 'mneme', '--auth=trust', '--encoding=UTF8', '--locale=C', '-N']);
    await server.up();
    return server;
  }

  async up(): Promise<void> {
    await run('pg_ctl', [
      '-D',
      this.data,
      '-w',
      '-l',
      join(this.directory, 'log'),
      '-o',
      this.settings.join(' '),
      'start',
    ]);
  }

  /** `fast` ends what is connected, `immediate` is as if the power failed. */
  async down(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await run('pg_ctl', ['-D', this.data, '-w', '-m', mode, 'stop']);
  }

  /** Every file of tables and indexes that holds `bytes`; what was not checkpointed is not in them yet. */
  tableFilesWith(bytes: Uint8Array): readonly string[] {
    const base = join(this.data, 'base');
    const files = readdirSync(base, { recursive: true, encoding: 'utf8' }).map((file) => join(base, file));
    return files.filter((file) => statSync(file).isFile() && readFileSync(file).includes(Buffer.from(bytes)));
  }

  async remove(): Promise<void> {
    if (existsSync(join(this.data, 'postmaster.pid'))) await this.down('immediate');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.directory, 'data');
  }
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const options: SpawnOptions = { ...owner(), stdio: ['ignore', 'ignore', 'inherit'], cwd: '/' };
  const child = spawn(join(binaries(), program), args, options);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}

const DEBIAN = '/usr/lib/postgresql';

function binaries(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).filter((name) => /^\d+$/.test(name)) : [];
  const [newest] = versions.sort((a, b) => Number(b) - Number(a));
  return newest === undefined ? '' : join(DEBIAN, newest, 'bin');
}

/** The server refuses to run as root: then it is run as the user that its package made. */
function owner(): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = userInfo();
  if (uid !== 0) return { uid, gid };
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , postgresUid, postgresGid] = line?.split(':') ?? [];
  if (postgresUid === undefined) throw new Error('there is no user postgres that a server could run as');
  return { uid: Number(postgresUid), gid: Number(postgresGid) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
