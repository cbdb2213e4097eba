import { type DeadLettered, SubjectId, TenantId } from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { LogRecord } from '@mneme/ports';
import { z } from 'zod';

interface Failure {
  readonly group: string;
  readonly error: unknown;
  readonly failedAtMs: number;
}

// As much of a record as can be read even when the rest cannot, so that an erasure finds it.
const Routing = z.object({ tenantId: TenantId, subjectId: SubjectId });

/** The event for `dead-letters`: the original, still sealed, and the code of what went wrong. */
export function deadLetterOf(record: LogRecord, failure: Failure): DeadLettered {
  const { group, error } = failure;
  const routing = routingOf(record.value);
  return {
    type: 'dead-lettered',
    v: 1,
    group,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    key: record.key,
    value: record.value === null ? null : Buffer.from(record.value).toString('base64'),
    ...routing,
    code: isMemoryError(error) ? error.code : error instanceof Error ? error.name : 'unknown',
    failedAt: new Date(failure.failedAtMs).toISOString(),
  };
}

function routingOf(value: string | null): { tenantId?: TenantId; subjectId?: SubjectId } {
  if (value === null) return {};
  try {
    return Routing.parse(JSON.parse(value));
  } catch {
    return {};
  }
}
