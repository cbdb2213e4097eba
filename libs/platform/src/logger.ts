import type { LoggerService } from '@nestjs/common';
import { isMemoryError } from '@mneme/domain';
import { destination, type Logger as Pino, pino } from 'pino';

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Plain facts: names, counts, ids of ours. Never text of a conversation, a user id or a secret. */
export type LogFields = Readonly<Record<string, unknown>> & { readonly error?: unknown };

/** Structured logs on standard error, one JSON object a line. */
export class Logger {
  private readonly pino: Pino;

  constructor(level: LogLevel = 'info') {
    this.pino = pino({ level, base: { service: 'mneme' } }, destination(2));
  }

  info(message: string, fields: LogFields = {}): void {
    this.pino.info(plain(fields), message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.pino.warn(plain(fields), message);
  }

  error(message: string, fields: LogFields = {}): void {
    this.pino.error(plain(fields), message);
  }
}

/** Nest's own messages; its chatter at start goes to debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(): void {
    return;
  }

  error(message: unknown): void {
    this.logger.error('framework error', { error: message });
  }

  warn(message: unknown): void {
    this.logger.warn('framework warning', { detail: String(message) });
  }
}

// A foreign error's message may quote what it failed on: of those only the class and the stack's frames are told.
function plain({ error, ...fields }: LogFields): Record<string, unknown> {
  if (error === undefined) return fields;
  if (isMemoryError(error)) {
    const { field, limit } = error.detail;
    return {
      ...fields,
      error: { code: error.code, message: error.message, field, limit, cause: classOf(error.cause) },
    };
  }
  return { ...fields, error: { name: classOf(error), frames: framesOf(error) } };
}

function classOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  return error instanceof Error ? error.name : typeof error;
}

function framesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8);
}
