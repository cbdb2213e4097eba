import type { KeyObject } from 'node:crypto';
import type { RecallMade, SubjectId, TenantId, TurnReceived } from '@mneme/events';
import { ECHO_WINDOW_MINUTES_MAX, echoShareOf, type TenantPolicy } from '@mneme/domain';

export interface RecentRecallsLimits {
  /** Recalls of one subject that are remembered, the newest. */
  readonly recallsOfSubjectMax: number;
  /** Sentences of all subjects together; the subjects that were recalled for longest ago go first. */
  readonly hashesMax: number;
}

/** Some 100 bytes a sentence: at most about 20 MB. */
const LIMITS: RecentRecallsLimits = { recallsOfSubjectMax: 64, hashesMax: 200_000 };
const MINUTE_MS = 60_000;

interface RecentRecall {
  readonly recallId: string;
  readonly madeAtMs: number;
  readonly epoch: number;
  readonly hashes: readonly string[];
}

interface JudgedText {
  readonly text: string;
  readonly policy: TenantPolicy;
  /** Of the turn's subject. */
  readonly key: KeyObject;
}

/**
 * What was recalled for whom within the last while, as keyed hashes of sentences, in memory. Whether a turn came after a
 * recall is told by the times of both, so that a redelivered turn is judged as it was for as long as the table has not
 * forgotten.
 */
export class RecentRecalls {
  // In the order of the last recall, the longest ago first.
  private readonly subjects = new Map<string, RecentRecall[]>();
  private hashCount = 0;

  constructor(private readonly limits: RecentRecallsLimits = LIMITS) {}

  /** Idempotent by recall; what was made long before the newest is forgotten. */
  note({ tenantId, subjectId, recallId, madeAt, epoch, echoHashes }: RecallMade): void {
    const name = nameOf(tenantId, subjectId);
    const known = this.subjects.get(name) ?? [];
    if (echoHashes.length === 0 || known.some((recall) => recall.recallId === recallId)) return;
    const madeAtMs = Date.parse(madeAt);
    const oldestMs = madeAtMs - ECHO_WINDOW_MINUTES_MAX * MINUTE_MS;
    const fresh = { recallId, madeAtMs, epoch, hashes: echoHashes };
    const kept = [...known.filter((recall) => recall.madeAtMs >= oldestMs && recall.epoch === epoch), fresh];
    this.subjects.delete(name);
    this.subjects.set(name, kept.slice(-this.limits.recallsOfSubjectMax));
    this.hashCount += sizeOf(this.subjects.get(name)) - sizeOf(known);
    this.shrink(oldestMs);
  }

  /** Share of the text's words in sentences that were recalled for its subject within the policy's window, 0 to 1. */
  echoShareOf(turn: Pick<TurnReceived, 'tenantId' | 'subjectId' | 'epoch' | 'recordedAt'>, judged: JudgedText): number {
    const recalls = this.subjects.get(nameOf(turn.tenantId, turn.subjectId));
    if (recalls === undefined) return 0;
    const saidAtMs = Math.floor(turn.recordedAt / 1_000);
    const fromMs = saidAtMs - judged.policy.echo.windowMinutes * MINUTE_MS;
    const within = recalls.filter(
      ({ madeAtMs, epoch }) => madeAtMs > fromMs && madeAtMs <= saidAtMs && epoch === turn.epoch,
    );
    return echoShareOf(judged.text, new Set(within.flatMap(({ hashes }) => hashes)), judged.key);
  }

  private shrink(oldestMs: number): void {
    for (const [name, recalls] of this.subjects) {
      const isPast = recalls.every(({ madeAtMs }) => madeAtMs < oldestMs);
      if (!isPast && this.hashCount <= this.limits.hashesMax) return;
      this.subjects.delete(name);
      this.hashCount -= sizeOf(recalls);
    }
  }
}

function sizeOf(recalls: readonly RecentRecall[] = []): number {
  return recalls.reduce((sum, { hashes }) => sum + hashes.length, 0);
}

function nameOf(tenantId: TenantId, subjectId: SubjectId): string {
  return `${tenantId}/${subjectId}`;
}
