import type { Run } from './places.mjs';

export const SERVER_NAMES: readonly string[];
export function variablesOf(run: Run, names: readonly string[]): Readonly<Record<string, string>>;
