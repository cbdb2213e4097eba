import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@mneme/client';

/** The built service beside this program. */
export const SERVICE_MAIN = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));
/** The built services, each a process of its own. */
export function mainFileOf(service: ServiceName): string {
  return fileURLToPath(new URL(`../../${service}/dist/main.js`, import.meta.url));
}
/** The checkout that this program belongs to. */
export const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));

export function versionOf(): string {
  const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as { version: string };
  return version;
}
