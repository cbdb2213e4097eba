import { InvalidInput } from '@mneme/domain';

/** Environment as `main.ts` hands it over. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Reads one value; undefined is an unset variable. @throws Error whose message says what is expected. */
export type Reader<T> = (value: string | undefined) => T;

/** Of each setting the variable that holds it and how it is read. */
export type Shape<T> = { readonly [K in keyof T]: readonly [variable: string, read: Reader<T[K]>] };

/** Reads every setting and reports every problem at once. @throws InvalidInput naming the variables. */
export function parseEnv<T extends object>(shape: Shape<T>, env: Env): T {
  const problems: string[] = [];
  const read = Object.entries(shape as Shape<Record<string, unknown>>).map(([name, [variable, reader]]) => {
    try {
      return [name, reader(env[variable])] as const;
    } catch (error) {
      problems.push(`${variable}: ${error instanceof Error ? error.message : 'not valid'}`);
      return [name, undefined] as const;
    }
  });
  if (problems.length > 0) throw new InvalidConfig(problems);
  return Object.fromEntries(read) as T;
}

/** Of each part the function that reads its settings. */
export type Parsers<T> = { readonly [K in keyof T]: (env: Env) => T[K] };

/** Reads the settings of every part and reports the problems of all of them at once. @throws InvalidInput. */
export function parseParts<T extends object>(parsers: Parsers<T>, env: Env): T {
  const problems = new Set<string>();
  const read = Object.entries(parsers as Parsers<Record<string, unknown>>).map(([name, parse]) => {
    try {
      return [name, parse(env)] as const;
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      for (const problem of error.problems) problems.add(problem);
      return [name, undefined] as const;
    }
  });
  if (problems.size > 0) throw new InvalidConfig([...problems]);
  return Object.fromEntries(read) as T;
}

/** What no setting shows by itself, as a problem among those of `parseParts`. */
export function configProblem(variable: string, text: string): InvalidInput {
  return new InvalidConfig([`${variable}: ${text}`]);
}

class InvalidConfig extends InvalidInput {
  constructor(readonly problems: readonly string[]) {
    super(`the configuration is not valid:\n  ${problems.join('\n  ')}`, { field: 'env' });
  }
}

/** A whole number from `min` to `max`. */
export function integerFrom(min: number, max: number, fallback: number): Reader<number> {
  return (value) => {
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new Error(`a whole number from ${min} to ${max} is expected`);
  };
}

export function oneOf<T extends string>(choices: readonly T[], fallback: T): Reader<T> {
  return (value) => {
    if (value === undefined) return fallback;
    const choice = choices.find((one) => one === value);
    if (choice !== undefined) return choice;
    throw new Error(`one of ${choices.join(', ')} is expected`);
  };
}

export interface Address {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** `host:port`; an IPv6 host stands in brackets. */
export function addressOr(fallback: string): Reader<Address> {
  return (value = fallback) => {
    const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(value);
    const port = Number(match?.[2]);
    if (match?.[1] === undefined || port > 65_535) throw new Error('host:port is expected');
    return { host: match[1], port };
  };
}

export function textOr(fallback: string): Reader<string> {
  return (value = fallback) => {
    if (value.trim() === '') throw new Error('a value is expected');
    return value;
  };
}

/** A value that is never printed. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}
