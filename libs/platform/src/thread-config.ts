import { Secret } from './config.js';

/** A configuration as it may be given to a thread of the same process: nothing but plain data. Never print it. */
export interface PackedConfig {
  readonly packed: unknown;
}

/** Copying to a thread strips objects of their class, and a secret of its value: it goes as what it hides. */
export function packConfig(config: object): PackedConfig {
  return { packed: mapped(config, (value) => (value instanceof Secret ? { [SECRET]: value.reveal() } : undefined)) };
}

/** The configuration that was packed, secrets and all. */
export function unpackConfig<T extends object>({ packed }: PackedConfig): T {
  return mapped(packed, (value) => (isPackedSecret(value) ? new Secret(value[SECRET]) : undefined)) as T;
}

const SECRET = '$secret';

/** Replaces what `replace` knows, and walks through the arrays and objects of the rest. */
function mapped(value: unknown, replace: (value: unknown) => unknown): unknown {
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(value)) return value.map((one) => mapped(one, replace));
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapped(one, replace)]));
}

/** Of no class: its prototype is the last one, also when another realm has made it. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isPackedSecret(value: unknown): value is { readonly [SECRET]: string } {
  return typeof value === 'object' && value !== null && SECRET in value;
}
