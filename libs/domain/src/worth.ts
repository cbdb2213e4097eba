import type { MemoryKind, SourceClass } from '@mneme/events';
import { retentionMsOf, type TenantPolicy } from './policy.js';
import { instantOf } from './time.js';

const DAY_MS = 86_400_000;

/** Where a memory comes from. */
export interface Source {
  readonly sourceClass: SourceClass;
  /** Of a tool's own turn; what anybody else says a tool said is not the tool's. */
  readonly toolName?: string | undefined;
}

/** How sure a memory of this source is when it is written, 0 to 1. */
export function confidenceOf(policy: TenantPolicy, { sourceClass, toolName }: Source): number {
  const { confidence, toolReliability } = policy;
  const isRated = sourceClass === 'tool' && toolName !== undefined && Object.hasOwn(toolReliability, toolName);
  return (isRated ? toolReliability[toolName] : undefined) ?? confidence[sourceClass];
}

export interface Written {
  readonly kind: MemoryKind;
  readonly sourceClass: SourceClass;
  /** Microseconds. */
  readonly recordedAt: number;
}

export interface Lifespan {
  readonly expiresAt?: string;
  readonly reviewBy?: string;
}

/** When a memory ends: as its kind or its source says, whichever is sooner. A review that would come later has no point. */
export function lifespanOf(policy: TenantPolicy, { kind, sourceClass, recordedAt }: Written): Lifespan {
  const recordedMs = Math.floor(recordedAt / 1000);
  const lives = [retentionMsOf(policy, kind), msOf(policy.sourceRetentionDays[sourceClass])].filter(
    (ms) => ms !== null,
  );
  const livesMs = lives.length === 0 ? null : Math.min(...lives);
  const reviewMs = msOf(policy.reviewDays[sourceClass]);
  const isReviewed = reviewMs !== null && (livesMs === null || reviewMs < livesMs);
  return {
    ...(livesMs === null ? {} : { expiresAt: instantOf(recordedMs + livesMs) }),
    ...(isReviewed ? { reviewBy: instantOf(recordedMs + reviewMs) } : {}),
  };
}

function msOf(days: number | null): number | null {
  return days === null ? null : days * DAY_MS;
}
