import { lowered, type MaintenancePolicy, type SurveyedMemory, tenantRef, type WishedCommand } from '@mneme/domain';
import type { MemorySurvey } from '@mneme/ports';
import { targetOf } from '@mneme/platform';
import type { GiveCommands } from '../give-commands.js';
import type { MaintenanceConfig } from '../maintenance.config.js';
import { inPages } from './survey-pages.js';
import type { TenantOfRound } from './tenant-rounds.js';

const DAY_MS = 86_400_000;

/**
 * Takes confidence from memories that nobody has reviewed within the grace after their review was due. The new version
 * begins the grace anew, so that a memory is lowered once for each of them.
 */
export class LowerUnreviewed {
  constructor(
    private readonly ports: { readonly survey: MemorySurvey; readonly give: GiveCommands },
    private readonly config: Pick<MaintenanceConfig, 'pageMemoriesMax' | 'roundMemoriesMax'>,
  ) {}

  /** What a round leaves is the next one's. */
  async run({ tenantId, policy, nowMs }: TenantOfRound, signal: AbortSignal): Promise<void> {
    const { review } = policy.maintenance;
    if (review.graceDays === null) return;
    const dueMs = nowMs - review.graceDays * DAY_MS;
    const pages = inPages(this.config, {
      read: (page) => this.ports.survey.surveyDue(tenantRef(tenantId), { ...page, nowMs: dueMs }),
      placeOf: ({ reviewByMs = 0 }) => reviewByMs,
    });
    for await (const page of pages) {
      const wished = page.flatMap((memory) =>
        wishOf(memory, { review, dueMs, nowMs, confidenceMin: policy.confidenceMin }),
      );
      if (wished.length > 0) await this.ports.give.give(wished, signal);
    }
  }
}

interface Grace {
  readonly review: MaintenancePolicy['review'];
  /** What was due by then, and is no newer, has used up its grace. */
  readonly dueMs: number;
  readonly nowMs: number;
  readonly confidenceMin: number;
}

function wishOf(memory: SurveyedMemory, { review, dueMs, nowMs, confidenceMin }: Grace): readonly WishedCommand[] {
  const { tenantId, subjectId, memoryId, version, confidence: before, expiresAtMs } = memory;
  if (version > dueMs * 1_000 || before < confidenceMin) return [];
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return [];
  const confidence = lowered(before, review.lowerBy);
  if (confidence === before) return [];
  return [
    {
      tenantId,
      subjectId,
      sourceClass: 'system',
      idempotencyKey: `unreviewed/${memoryId}/${version}`,
      wish: { action: 'reassess', target: targetOf(memory), confidence, reason: 'unreviewed' },
    },
  ];
}
