import { MemoryContent, type SubjectId } from '@mneme/events';
import { type CatalogueRow, instantOf, mayRead, type ReadScope, turnIdsOf, unseal } from '@mneme/domain';
import { type Keyring, type Metrics, parsedJson, type SubjectAccess } from '@mneme/platform';
import type { Memory } from '@mneme/proto';

/** A row with its text, or why there is none. */
export type OpenedRow =
  | { readonly state: 'opened'; readonly row: CatalogueRow; readonly content: MemoryContent }
  | { readonly state: 'fenced' | 'unreadable' | 'alarm'; readonly row: CatalogueRow };

/** Opens rows: all epochs and keys in one fresh query; each is checked against the scope once more. */
export class MemoryOpener {
  constructor(
    private readonly keyring: Keyring,
    private readonly metrics: Metrics,
  ) {}

  async open(scope: ReadScope, rows: readonly CatalogueRow[]): Promise<readonly OpenedRow[]> {
    if (rows.length === 0) return [];
    const subjects = [...new Set(rows.flatMap(({ subjectId, contributors }) => [subjectId, ...contributors]))];
    const accesses = await this.keyring.openFresh(scope.tenantId, subjects);
    return rows.map((row) => this.openOne(scope, row, accesses));
  }

  private openOne(scope: ReadScope, row: CatalogueRow, accesses: ReadonlyMap<SubjectId, SubjectAccess>): OpenedRow {
    if (!mayRead(scope, row)) {
      this.metrics.increment('mneme_scope_alarms_total');
      return { state: 'alarm', row };
    }
    const access = accesses.get(row.subjectId);
    if (access?.state !== 'open' || access.epoch !== row.epoch) return { state: 'fenced', row };
    // What somebody else has contributed to is read until one of them is erased.
    if (row.contributors.some((subjectId) => accesses.get(subjectId)?.state !== 'open'))
      return { state: 'fenced', row };
    try {
      const text = unseal(access.keys, { ...row, recordId: row.memoryId }, row.sealed);
      return { state: 'opened', row, content: parsedJson(MemoryContent, text) };
    } catch {
      this.metrics.increment('mneme_unreadable_memories_total');
      return { state: 'unreadable', row };
    }
  }
}

const SCOPE_OF: Readonly<Record<string, string>> = { u: 'user', a: 'agent', t: 'team', o: 'tenant' };

/** A memory as the API shows it. */
export function memoryView(row: CatalogueRow, content: MemoryContent): Memory {
  return {
    memoryId: row.memoryId,
    version: String(row.version),
    kind: row.kind,
    text: content.text,
    speakerName: content.speakerName,
    session: content.session,
    scope: SCOPE_OF[row.audience.slice(0, 1)] ?? '',
    flags: [...row.flags],
    sourceClass: row.sourceClass,
    trust: row.trust,
    confidence: row.confidence,
    importance: row.importance,
    occurredAt: instantOf(row.occurredAtMs),
    recordedAt: instantOf(Math.floor(row.recordedAt / 1000)),
    expiresAt: row.expiresAtMs === undefined ? undefined : instantOf(row.expiresAtMs),
    reviewBy: row.reviewByMs === undefined ? undefined : instantOf(row.reviewByMs),
    agentId: row.agentId,
    teamId: row.teamId,
    turnIds: turnIdsOf(row),
  };
}
