import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMemoryError } from '@mneme/domain';
import { connect } from '../connect.js';
import { bearerOf } from '../fresh-tenant.js';
import { keyIn } from '../locate.js';
import { APP_NAMES, type AppName, type Place } from '../place.js';
import { PROCESS_COUNTS, SERVICE_NAMES, type ServiceName } from './service-names.js';
import { type ServiceProcess, startServiceProcess } from './service-process.js';

export interface StartServicesOptions {
  /** The built `main.js` of a service. */
  readonly mainFileOf: (service: ServiceName) => string;
  /** With `MNEME_KAFKA_BROKERS` and the like: where the engines are. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For the key files, `endpoint.json` and the logs; made when it is not there. */
  readonly directory: string;
  /** Processes of each service; absent: `PROCESS_COUNTS`. */
  readonly counts?: Partial<Record<ServiceName, number>>;
  readonly startTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Hears of a process that ended though nobody stopped it. */
  readonly onLost?: (service: ServiceName, how: number | string) => void;
  /** Starts another in its place, as an orchestrator does. */
  readonly restarts?: boolean;
}

/** All services on this machine, each process of its own, on engines that run already. */
export interface RunningServices {
  readonly place: Place;
  /** Those that run now. */
  readonly processes: readonly ServiceProcess[];
  readonly operatorKey: string;
  /** Of the tenant `development`. */
  readonly developmentKey: string;
  readonly http: string;
  /** Starts one more process of a service. */
  add(service: ServiceName): Promise<ServiceProcess>;
  /** Ends all of them; idempotent. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;
const DEVELOPMENT = 'development';
const RIGHTS = ['ingest', 'recall', 'on-behalf-of', 'publish', 'erase', 'admin'];
const KEY_BYTES = 32;
const RESTART_MS_MIN = 1_000;
const RESTART_MS_MAX = 30_000;

/** @throws Unavailable with what a service said when it does not start; what has started is stopped then. */
export async function startServices(options: StartServicesOptions): Promise<RunningServices> {
  const { directory, counts } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of ['root.key', 'commitment.key']) ensureKeyFile(join(directory, name));
  const fleet = new Fleet(options);
  try {
    const wanted = SERVICE_NAMES.flatMap((service) =>
      Array.from({ length: counts?.[service] ?? PROCESS_COUNTS[service] }, () => service),
    );
    // All of them first: one that starts while the others are stopped already would be left over.
    const started = await Promise.allSettled(wanted.map((service) => fleet.add(service)));
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    const place = fleet.place();
    const operatorKey = keyIn(directory, 'operator');
    const developmentKey = await ensureDevelopment(directory, { ...place, apiKey: operatorKey });
    fleet.tellWhere();
    const http = fleet.httpOfIngest();
    const add = (service: ServiceName) => fleet.add(service);
    const stop = () => fleet.stop();
    return { place, processes: fleet.processes, operatorKey, developmentKey, http, add, stop };
  } catch (error) {
    await fleet.stop();
    throw error;
  }
}

/** The processes that run. */
class Fleet {
  readonly processes: ServiceProcess[] = [];
  private readonly stopped = new Set<ServiceProcess>();
  private readonly stopping = new AbortController();
  private started = 0;

  constructor(private readonly options: StartServicesOptions) {}

  async add(service: ServiceName): Promise<ServiceProcess> {
    const { mainFileOf, directory, startTimeoutMs = START_TIMEOUT_MS, signal, onLost } = this.options;
    this.started += 1;
    const one = await startServiceProcess({
      service,
      mainFile: mainFileOf(service),
      env: this.envOf(service),
      logFile: join(directory, `${service}-${this.started}.log`),
      startTimeoutMs,
      signal,
    });
    this.processes.push(one);
    void one.ended.then((how) => {
      this.processes.splice(this.processes.indexOf(one), 1);
      if (this.stopped.has(one)) return;
      onLost?.(service, how);
      if (this.options.restarts === true) void this.replace(service);
    });
    return one;
  }

  /** Where the services are, for the command line. */
  tellWhere(): void {
    const { address: grpc, services } = this.place();
    const endpoint = { grpc, services, http: this.httpOfIngest(), pid: process.pid, tls: false };
    writeWhole(join(this.options.directory, 'endpoint.json'), JSON.stringify(endpoint));
  }

  httpOfIngest(): string {
    return this.processes.find(({ service }) => service === 'ingest')?.http ?? '';
  }

  place(): Place {
    const addresses = APP_NAMES.map((app): [AppName, string | undefined] => [
      app,
      this.processes.find(({ service }) => service === app)?.grpc,
    ]);
    const services = Object.fromEntries(addresses) as Record<AppName, string>;
    return { address: services.ingest, services };
  }

  /** Those that take requests first, then those that read what they wrote. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const service of SERVICE_NAMES) {
      const own = this.processes.filter((one) => one.service === service);
      for (const one of own) this.stopped.add(one);
      await Promise.all(own.map((one) => one.stop()));
    }
    rmSync(join(this.options.directory, 'endpoint.json'), { force: true });
  }

  /** Tries until there is one again, or all are stopped: what it needs may be away for longer. */
  private async replace(service: ServiceName): Promise<void> {
    const { signal } = this.stopping;
    for (let pauseMs = RESTART_MS_MIN; ; pauseMs = Math.min(RESTART_MS_MAX, 2 * pauseMs)) {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const one = await this.add(service).catch(() => undefined);
      if (one === undefined) continue;
      if (signal.aborted) await one.stop();
      else this.tellWhere();
      return;
    }
  }

  private envOf(service: ServiceName): Record<string, string | undefined> {
    const file = (name: string) => join(this.options.directory, name);
    return {
      MNEME_DATA_DIR: this.options.directory,
      ...this.options.environment,
      MNEME_ENGINES: 'distributed',
      MNEME_GRPC_ADDRESS: '127.0.0.1:0',
      MNEME_HTTP_ADDRESS: '127.0.0.1:0',
      MNEME_ROOT_KEY_FILE: file('root.key'),
      // Each is given the keys that it needs, and no other.
      ...(service === 'erasure' ? { MNEME_COMMITMENT_KEY_FILE: file('commitment.key') } : {}),
      ...(service === 'maintenance' ? { MNEME_OPERATOR_KEY_FILE: file('operator.key') } : {}),
    };
  }
}

/** A tenant to begin with and a key to it, as a first start of the service in one process makes them. */
async function ensureDevelopment(directory: string, operator: Place & { readonly apiKey: string }): Promise<string> {
  const file = join(directory, 'development.key');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const connection = connect(operator);
  try {
    await connection.admin.createTenant({ tenantId: DEVELOPMENT, purpose: 'standard' }).catch((error: unknown) => {
      if (!isMemoryError(error) || error.code !== 'conflict') throw error;
    });
    const request = { tenantId: DEVELOPMENT, agentId: DEVELOPMENT, teamIds: [DEVELOPMENT], rights: RIGHTS };
    const bearer = bearerOf(await connection.admin.createKey(request));
    writeWhole(file, `${bearer}\n`);
    return bearer;
  } finally {
    connection.close();
  }
}

function ensureKeyFile(file: string): void {
  if (!existsSync(file)) writeWhole(file, randomBytes(KEY_BYTES));
}

function writeWhole(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
