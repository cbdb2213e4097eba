import { type SurveyedMemory, tenantRef, type WishedCommand } from '@mneme/domain';
import type { MemorySurvey } from '@mneme/ports';
import { targetOf } from '@mneme/platform';
import type { GiveCommands } from '../give-commands.js';
import type { MaintenanceConfig } from '../maintenance.config.js';
import { inPages } from './survey-pages.js';
import type { TenantOfRound } from './tenant-rounds.js';

/** Takes away for good what has expired: by commands, so that the log forgets it and every store with it. */
export class ExpireMemories {
  constructor(
    private readonly ports: { readonly survey: MemorySurvey; readonly give: GiveCommands },
    private readonly config: Pick<MaintenanceConfig, 'pageMemoriesMax' | 'roundMemoriesMax'>,
  ) {}

  /** What a round leaves is the next one's. */
  async run({ tenantId, nowMs }: TenantOfRound, signal: AbortSignal): Promise<void> {
    const pages = inPages(this.config, {
      read: (page) => this.ports.survey.surveyExpired(tenantRef(tenantId), { ...page, nowMs }),
      placeOf: ({ expiresAtMs = 0 }) => expiresAtMs,
    });
    for await (const page of pages) await this.ports.give.give(page.map(wishOf), signal);
  }
}

// What was derived from it has an expiry of its own.
function wishOf(memory: SurveyedMemory): WishedCommand {
  const { tenantId, subjectId, memoryId, version } = memory;
  return {
    tenantId,
    subjectId,
    sourceClass: 'system',
    idempotencyKey: `expiry/${memoryId}/${version}`,
    wish: { action: 'retract', target: targetOf(memory), reason: 'expired', keepsDerived: true },
  };
}
