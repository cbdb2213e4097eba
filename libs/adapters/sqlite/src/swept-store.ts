import type { SourceId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import type { ErasableStore } from '@mneme/ports';
import type { SubjectSweep } from './subject-sweep.js';

/** A store whose records lie in one table and nowhere else: what erasure asks of it, it asks of the table's sweep. */
export abstract class SweptStore implements ErasableStore {
  abstract readonly storeName: string;

  protected constructor(private readonly sweep: SubjectSweep) {}

  async countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.sweep.countSubject(subject, belowEpoch);
  }

  async eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.sweep.eraseSubject(subject, belowEpoch);
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    return this.sweep.eraseSources(subject, sourceIds, belowEpoch);
  }

  async probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    return this.sweep.probeIds(subject, limit);
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    return this.sweep.findIds(tenantId, ids);
  }
}
