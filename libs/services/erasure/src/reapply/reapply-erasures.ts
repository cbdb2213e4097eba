import { type TenantId, TOPICS } from '@mneme/events';
import { type Erasure, ERASURE_STEPS, isMemoryError, type SubjectRef, subjectRef } from '@mneme/domain';
import { type LoggedErasure, loggedErasures } from '@mneme/platform';
import type { ErasurePorts } from '../erasure-ports.js';
import { erasureOf } from './erasure-of.js';
import { subjectsBehind } from './subjects-behind.js';

const UNFINISHED_MAX = 10_000;

export type ReapplyPorts = Pick<
  ErasurePorts,
  'journal' | 'registry' | 'log' | 'topics' | 'stores' | 'vault' | 'keyring' | 'metrics' | 'logger'
>;

/**
 * Before anything is ready: what `erasures` says and registry and journal do not know, because they come from a backup
 * that is older. The fence is raised again, the key destroyed again, the stores swept again, and the journal's record
 * restored, from which an unfinished erasure then goes on. How far the topic was applied is noted in the registry's own
 * file, so that a backup of it brings its older note along.
 */
export class ReapplyErasures {
  readonly name = 'reapply-erasures';

  constructor(private readonly ports: ReapplyPorts) {}

  /** Idempotent; a run that was cut short is done again by the next start. */
  async start(): Promise<void> {
    const { journal, log } = this.ports;
    const ends = await log.endOffsets(TOPICS.erasures.name);
    const noted = await journal.appliedOffsets();
    // A note above the end is of another log, of which nothing is known.
    const isOfThisLog = ends.every((end, partition) => (noted[partition] ?? 0) <= end);
    const logged = await loggedErasures(log, { starts: isOfThisLog ? noted : [], ends });
    const unknown: LoggedErasure[] = [];
    for (const one of logged) if (!(await this.isKnown(one))) unknown.push(one);
    for (const [tenantId, erasures] of byTenant(unknown)) await this.applyAll(tenantId, erasures);
    await journal.noteApplied(ends);
  }

  stop(): void {
    // Nothing runs on after the start.
  }

  private async isKnown({ erasureId, last }: LoggedErasure): Promise<boolean> {
    const known = await this.ports.journal.find(last.tenantId, erasureId);
    return known !== undefined && ERASURE_STEPS.indexOf(known.step) >= ERASURE_STEPS.indexOf(last.step);
  }

  private async applyAll(tenantId: TenantId, erasures: readonly LoggedErasure[]): Promise<void> {
    const subjects = await subjectsBehind(this.ports, tenantId, erasures);
    let applied = 0;
    for (const logged of erasures) {
      const subjectId = subjects.get(logged.last.subjectCommitment);
      if (subjectId === undefined) continue;
      await this.apply(subjectRef(tenantId, subjectId), logged);
      applied += 1;
    }
    const unmatched = erasures.length - applied;
    this.ports.metrics.increment('mneme_erasures_reapplied_total', {}, applied);
    this.ports.metrics.increment('mneme_erasures_unmatched_total', {}, unmatched);
    this.ports.logger.warn('the registry was older than the erasures on record, which were applied again', {
      tenantId,
      applied,
      unmatched,
    });
  }

  private async apply(subject: SubjectRef, logged: LoggedErasure): Promise<void> {
    const { journal, registry, stores, keyring } = this.ports;
    const { tenantId, subjectId } = subject;
    const { epoch, step } = logged.last;
    const isPast = (wanted: Erasure['step']) => ERASURE_STEPS.indexOf(step) >= ERASURE_STEPS.indexOf(wanted);
    await registry.reapply(subject, { epoch, isKeyDestroyed: isPast('shredded') });
    keyring.forget(tenantId, subjectId);
    // The stores may be of the backup too; before the sweep's turn the erasure itself comes to them.
    if (isPast('swept')) for (const store of stores) await store.eraseSubject(subject, epoch);
    const known = await journal.find(tenantId, logged.erasureId);
    const erasure = erasureOf(logged, { subjectId, known });
    if (known !== undefined) await journal.record(erasure);
    else await this.begin(erasure);
  }

  private async begin(erasure: Erasure): Promise<void> {
    const { journal } = this.ports;
    try {
      await journal.begin(erasure);
    } catch (error) {
      if (!isMemoryError(error) || error.code !== 'conflict') throw error;
      // Of the backup, and refused since then: its fence was never raised, or `erasures` would tell of it.
      for (const { tenantId, subjectId, erasureId } of await journal.unfinished(UNFINISHED_MAX)) {
        if (tenantId === erasure.tenantId && subjectId === erasure.subjectId)
          await journal.withdraw(tenantId, erasureId);
      }
      await journal.begin(erasure);
    }
  }
}

function byTenant(erasures: readonly LoggedErasure[]): ReadonlyMap<TenantId, readonly LoggedErasure[]> {
  const tenants = new Map<TenantId, LoggedErasure[]>();
  for (const one of erasures) {
    const { tenantId } = one.last;
    tenants.set(tenantId, [...(tenants.get(tenantId) ?? []), one]);
  }
  return tenants;
}
