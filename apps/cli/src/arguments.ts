import { InvalidInput } from '@mneme/client';
import { InvalidArgumentError } from 'commander';

export interface FilterArgument {
  readonly field: string;
  readonly op: string;
  readonly values: string[];
}

/** A parser of whole numbers within bounds. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`A whole number from ${min} to ${max} is wanted.`);
  };
}

/** A number from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('A number from 0 to 1 is wanted.');
}

/** For an option that may be given several times. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/**
 * `field:op:value`, where several values of `in` are separated by commas (`\,` is a comma). The same field and op given
 * again adds its values.
 */
export function filter(text: string, before: readonly FilterArgument[] = []): readonly FilterArgument[] {
  const [, field, op, rest] = /^([^:]+):([^:]+):(.+)$/s.exec(text) ?? [];
  if (field === undefined || op === undefined || rest === undefined) {
    throw new InvalidArgumentError('field:op:value is wanted, for example kind:in:episode.');
  }
  const values = op === 'in' ? rest.split(/(?<!\\),/).map((value) => value.replaceAll('\\,', ',')) : [rest];
  const same = before.findIndex((one) => one.field === field && one.op === op);
  if (same < 0) return [...before, { field, op, values }];
  return before.map((one, i) => (i === same ? { ...one, values: [...one.values, ...values] } : one));
}

/**
 * Changes of a policy as one object: `similarityMin=0.8 budgets.turnsPerDay=null`, or one word that is a JSON object. A
 * value is read as JSON. @throws InvalidInput.
 */
export function policyPatch(words: readonly string[]): object {
  const [first = ''] = words;
  if (words.length === 1 && first.startsWith('{')) return objectOf(first);
  const patch: Record<string, unknown> = {};
  for (const word of words) {
    const [, path, value] = /^([A-Za-z]+(?:\.[A-Za-z]+){0,3})=(.+)$/s.exec(word) ?? [];
    if (path === undefined || value === undefined) throw noChange(word);
    put(patch, path.split('.'), valueOf(value, word));
  }
  return patch;
}

function put(patch: Record<string, unknown>, [step = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    patch[step] = value;
    return;
  }
  const group = { ...(patch[step] as Record<string, unknown> | undefined) };
  put(group, rest, value);
  patch[step] = group;
}

function objectOf(text: string): object {
  const value = valueOf(text, 'the object');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw noChange(text);
}

function valueOf(text: string, word: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw noChange(word);
  }
}

function noChange(word: string): InvalidInput {
  const example = 'similarityMin=0.8, budgets.turnsPerDay=null, or \'{"similarityMin":0.8}\'';
  return new InvalidInput(`${word} is no change of a policy; for example: ${example}`, { field: 'changes' });
}
