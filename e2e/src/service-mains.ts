import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@mneme/client';

/** The built service. */
export function mainFileOf(service: ServiceName): string {
  return fileURLToPath(new URL(`../../apps/${service}/dist/main.js`, import.meta.url));
}

/** How a service that cannot start ends, and what it says. */
export async function endOf(
  service: ServiceName,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number | null; readonly err: string }> {
  const child = spawn(process.execPath, [mainFileOf(service)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], MNEME_HTTP_ADDRESS: '127.0.0.1:0', MNEME_GRPC_ADDRESS: '127.0.0.1:0', ...env },
  });
  const err = child.stderr.setEncoding('utf8').toArray();
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, err: (await err).join('') };
}
