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

/** Text of one JSON object. */
export function jsonObject(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return text;
  } catch {
    // The message below is the same for what is not JSON and for what is no object.
  }
  throw new InvalidArgumentError('A JSON object is wanted, for example \'{"similarityMin":0.8}\'.');
}
