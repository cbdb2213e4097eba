import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryKind, TOPICS, type TenantId, TurnDiscardedV1 } from '@mneme/events';
import { type MemoryAudit, type SurveyedMemory, tenantRef } from '@mneme/domain';
import type { AuditJournal, Clock, EventLog, MemorySurvey } from '@mneme/ports';
import { type Keyring, parsedJson } from '@mneme/platform';
import type { JunkFigures } from '@mneme/proto';
import type { MaintenanceConfig } from './maintenance.config.js';

export interface ReadJunkPorts {
  readonly survey: MemorySurvey;
  readonly log: Pick<EventLog, 'partitionCount' | 'read' | 'endOffsets'>;
  readonly journal: AuditJournal;
  readonly keyring: Pick<Keyring, 'tenant'>;
  readonly clock: Clock;
}

interface Tally {
  memories: number;
  neverRecalled: number;
  stale: number;
  hidden: number;
}

/** How much of what a tenant keeps is of no use: counted when asked, page by page, and no text looked at. */
export class ReadJunk {
  private readonly underWay = new Map<TenantId, Promise<JunkFigures>>();

  constructor(
    private readonly ports: ReadJunkPorts,
    private readonly config: Pick<MaintenanceConfig, 'pageMemoriesMax' | 'listedMax' | 'droppedRecordsMax'>,
  ) {}

  /** Who asks while a tenant's memories are gone through gets the figures of that pass. */
  read(tenantId: TenantId): Promise<JunkFigures> {
    const known = this.underWay.get(tenantId);
    if (known !== undefined) return known;
    const figures = this.count(tenantId).finally(() => this.underWay.delete(tenantId));
    this.underWay.set(tenantId, figures);
    return figures;
  }

  private async count(tenantId: TenantId): Promise<JunkFigures> {
    const { tenant } = await this.ports.keyring.tenant(tenantId);
    const tally = await this.tally(tenantId, tenant.policy.confidenceMin);
    const { counts, isTruncated } = await this.dropped(tenantId);
    const audits = await this.ports.journal.listAudits(tenantId, this.config.listedMax);
    const dropped = [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
    return { ...tally, ...duplicatesOf(audits), dropped, droppedIsTruncated: isTruncated };
  }

  private async tally(tenantId: TenantId, confidenceMin: number): Promise<Tally> {
    const tally: Tally = { memories: 0, neverRecalled: 0, stale: 0, hidden: 0 };
    const nowMs = this.ports.clock.nowMs();
    const limit = this.config.pageMemoriesMax;
    for (const kind of MemoryKind.options) {
      let after: { at: number; memoryId: SurveyedMemory['memoryId'] } | undefined;
      for (;;) {
        const startedMs = performance.now();
        const page = { limit, beforeVersion: Number.MAX_SAFE_INTEGER, ...(after === undefined ? {} : { after }) };
        const memories = await this.ports.survey.surveyKind(tenantRef(tenantId), kind, page);
        for (const memory of memories) add(tally, memory, { nowMs, confidenceMin });
        const last = memories.at(-1);
        if (last === undefined || memories.length < limit) break;
        after = { at: last.version, memoryId: last.memoryId };
        await sleep(performance.now() - startedMs);
      }
    }
    return tally;
  }

  /** The newest of what was dropped, by reason: as far back as the log keeps it, and as the limit allows. */
  private async dropped(tenantId: TenantId) {
    const counts = new Map<string, number>();
    const topic = TOPICS.discarded.name;
    const { droppedRecordsMax, pageMemoriesMax } = this.config;
    let isTruncated = false;
    for (const [partition, end] of (await this.ports.log.endOffsets(topic)).entries()) {
      let offset = Math.max(0, end - droppedRecordsMax);
      const [first] = await this.ports.log.read({ topic, partition, offset: 0 }, 1);
      isTruncated ||= offset > (first?.offset ?? offset);
      while (offset < end) {
        const records = await this.ports.log.read({ topic, partition, offset }, pageMemoriesMax);
        for (const { value } of records)
          for (const reason of reasonsOf(value, tenantId)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
        const last = records.at(-1);
        if (last === undefined) break;
        offset = last.offset + 1;
        await sleep(0);
      }
    }
    return { counts, isTruncated };
  }
}

function add(
  tally: Tally,
  memory: SurveyedMemory,
  { nowMs, confidenceMin }: { nowMs: number; confidenceMin: number },
): void {
  tally.memories += 1;
  if (memory.accessCount === 0) tally.neverRecalled += 1;
  if ((memory.reviewByMs ?? Infinity) <= nowMs || (memory.expiresAtMs ?? Infinity) <= nowMs) tally.stale += 1;
  if (memory.confidence < confidenceMin) tally.hidden += 1;
}

/** The weightiest reason of a turn of the tenant's; other records there are, and have none. */
function reasonsOf(value: string | null, tenantId: TenantId): readonly string[] {
  if (value === null || !value.includes(`"tenantId":"${tenantId}"`) || !value.includes('"turn-discarded"')) return [];
  try {
    const turn = parsedJson(TurnDiscardedV1, value);
    return turn.tenantId === tenantId ? turn.reasons.slice(0, 1) : [];
  } catch {
    return [];
  }
}

function duplicatesOf(audits: readonly MemoryAudit[]): Pick<JunkFigures, 'duplicates' | 'duplicatesAsOf'> {
  const last = audits.find(({ aim, state }) => aim === 'duplicates' && (state === 'ready' || state === 'done'));
  if (last === undefined) return {};
  const { findings } = last.state === 'ready' ? last.looked : last.ran;
  const found = findings.reduce((sum, { count }) => sum + count, 0);
  // What a run merged is no junk any more.
  return { duplicates: last.state === 'ready' ? found : 0, duplicatesAsOf: last.startedAt };
}
