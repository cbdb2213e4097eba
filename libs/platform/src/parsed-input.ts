import { InvalidInput, LimitExceeded, type MemoryError } from '@mneme/domain';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Parameters of a custom issue; an issue that names its limit becomes a `LimitExceeded`. */
export interface IssueParams {
  /** `turnTextBytesMax=65536`. */
  readonly limit?: string;
  /** A size or a type, never text. */
  readonly sent?: string;
}

/**
 * What a request says, by its schema: the one way in for gRPC and HTTP, so that the same mistake gives the same error.
 * @throws InvalidInput or LimitExceeded for the first problem, with the field's path and what was sent, never its text.
 */
export function parsedInput<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw inputErrorOf(parsed.error);
}

function inputErrorOf({ issues }: z.ZodError): MemoryError {
  const [issue] = issues;
  if (issue === undefined) return new InvalidInput('the request is not valid');
  const { message, path, limit, sent } = problemOf(issue);
  const [list, index] = path;
  const detail = {
    ...(path.length === 0 ? {} : { field: fieldOf(path) }),
    ...(limit === undefined ? {} : { limit }),
    ...(sent === undefined ? {} : { sent }),
    ...(list === 'turns' && typeof index === 'number' ? { index } : {}),
  };
  return limit === undefined ? new InvalidInput(message, detail) : new LimitExceeded(message, detail);
}

interface Problem extends IssueParams {
  readonly message: string;
  readonly path: Path;
}

function problemOf(issue: Issue): Problem {
  const { path } = issue;
  const sent = described(issue.input);
  switch (issue.code) {
    case 'unrecognized_keys':
      return { path: [...path, printable(issue.keys[0] ?? '')], message: 'this field is unknown' };
    case 'invalid_type':
      if (issue.input === undefined) return { path, message: 'this field is missing', sent };
      return { path, message: `${issue.expected} is expected here`, sent };
    case 'invalid_value':
      return { path, message: `one of ${issue.values.map(String).join(', ')} is expected here`, sent };
    case 'too_big':
      return { path, message: 'this is more than the limit', limit: `${issue.maximum}`, sent };
    case 'too_small':
      return { path, message: `at least ${issue.minimum} is expected here`, sent };
    case 'invalid_format':
      return { path, message: FORMS[issue.format] ?? 'this has not the expected form', sent };
    case 'invalid_union':
      return { path, message: unionProblemOf(issue), sent };
    case 'custom':
      return { path, message: issue.message, sent, ...(issue.params as IssueParams | undefined) };
    default:
      return { path, message: 'this has not the expected form', sent };
  }
}

/** What is expected, of forms that have a name. */
const FORMS: Readonly<Record<string, string>> = {
  uuid: 'a uuid is expected here',
  datetime: 'a time with its offset is expected here, such as 2026-03-14T09:26:53Z',
};

function unionProblemOf(issue: Extract<Issue, { readonly code: 'invalid_union' }>): string {
  const options = 'options' in issue ? (issue.options ?? []) : [];
  if (options.length === 0) return 'this has not the expected form';
  return `one of ${options.map(String).join(', ')} is expected here`;
}

/** `turns[3].toolCalls[0].name`. */
function fieldOf(path: Path): string {
  return path.reduce<string>((field, step) => {
    if (typeof step === 'number') return `${field}[${step}]`;
    return field === '' ? String(step) : `${field}.${String(step)}`;
  }, '');
}

function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

// The name of an unknown field is the caller's own: it is quoted only as far as it looks like a name.
function printable(key: string): string {
  return /^[\w.-]{1,64}$/.test(key) ? key : '(unnamed)';
}
