import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInput, Unavailable } from '@mneme/domain';
import { errnoOf } from './errno.js';
import type { ServiceAddresses } from './place.js';

/** Whose key a command needs: an agent's, or the operator's. */
export type KeyRole = 'agent' | 'operator';

export interface LocateOptions {
  /** From flags; they go before everything else. */
  readonly address?: string;
  readonly apiKey?: string;
  /** From the environment: MNEME_ADDRESS and MNEME_API_KEY. */
  readonly environment: { readonly address?: string; readonly apiKey?: string };
  /** Where a service on this machine keeps its data. */
  readonly dataDirectory: string;
  readonly role: KeyRole;
}

export interface Location {
  readonly address: string;
  /** Those that are reached by themselves, when each service is a process of its own. */
  readonly services?: ServiceAddresses;
  readonly apiKey: string;
  /** The service's own word that it speaks TLS; absent when the address was named. */
  readonly isTls?: true;
}

const KEY_FILES: Readonly<Record<KeyRole, string>> = { agent: 'development.key', operator: 'operator.key' };

/**
 * Where the running service is, and the key for it: flags, else the environment, else the data directory.
 * @throws Unavailable when no service is found, InvalidInput when no key is.
 */
export function locate(options: LocateOptions): Location {
  const named = options.address ?? options.environment.address;
  const address = named ?? addressIn(options.dataDirectory);
  const apiKey = options.apiKey ?? options.environment.apiKey ?? keyFor(address, options);
  const endpoint = named === undefined ? endpointIn(options.dataDirectory) : undefined;
  const services = endpoint?.services === undefined ? {} : { services: endpoint.services };
  return { address, ...services, apiKey, ...(endpoint?.tls === true ? { isTls: true } : {}) };
}

/** Address of the service that runs on the directory; its file is there while it is ready. */
export function addressIn(dataDirectory: string): string {
  const file = join(dataDirectory, 'endpoint.json');
  if (readOrNothing(file) === undefined) {
    throw new Unavailable(
      `no service is running on the data directory ${dataDirectory}: start one with \`npm start\`, ` +
        'or say where it is with --address and --key (or MNEME_ADDRESS and MNEME_API_KEY)',
    );
  }
  const { grpc } = endpointIn(dataDirectory) ?? {};
  if (typeof grpc !== 'string') throw new Unavailable(`${file} cannot be read: start the service again`);
  return grpc;
}

/** The bearer text that the service left in its data directory. @throws InvalidInput. */
export function keyIn(dataDirectory: string, role: KeyRole): string {
  const file = join(dataDirectory, KEY_FILES[role]);
  const key = readOrNothing(file)?.trim();
  if (key === undefined || key === '') {
    throw new InvalidInput(`no key at ${file}: give one with --key or MNEME_API_KEY`, { field: 'key' });
  }
  return key;
}

// The keys of a local data directory are sent to this machine only, whatever address was named.
function keyFor(address: string, options: LocateOptions): string {
  if (!/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):\d+$/.test(address)) {
    throw new InvalidInput(`a key for ${address} is needed: --key or MNEME_API_KEY`, { field: 'key' });
  }
  return keyIn(options.dataDirectory, options.role);
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw new Unavailable(`${file} cannot be read`, { cause: error });
  }
}

interface EndpointFile {
  readonly grpc?: unknown;
  readonly services?: ServiceAddresses;
  readonly tls?: unknown;
}

function endpointIn(dataDirectory: string): EndpointFile | undefined {
  try {
    return JSON.parse(readOrNothing(join(dataDirectory, 'endpoint.json')) ?? '{}') as EndpointFile;
  } catch {
    return undefined;
  }
}
