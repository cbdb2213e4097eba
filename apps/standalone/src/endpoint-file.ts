import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a ready service on this data directory can be reached. */
export interface Endpoint {
  readonly grpc: string;
  readonly http: string;
  readonly pid: number;
  /** Whether both speak TLS. */
  readonly tls: boolean;
}

/** Written whole or not at all: who waits for the file reads no half of it. */
export function writeEndpoint(dataDirectory: string, endpoint: Endpoint): void {
  const file = join(dataDirectory, 'endpoint.json');
  writeFileSync(`${file}.new`, JSON.stringify(endpoint), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeEndpoint(dataDirectory: string): void {
  rmSync(join(dataDirectory, 'endpoint.json'), { force: true });
}
