import type { SourceId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import { EXPIRE_SESSIONS, FIND_IDS, PROBE_SUBJECT, SWEEP_SUBJECT } from './lua/sweep-scripts.js';
import type { RedisConnection } from './redis-connection.js';
import type { Shards } from './shards.js';

/** Sessions that one script goes through: it holds up everybody else for as long as it runs. */
const SESSIONS_AT_ONCE = 25;
const IDS_AT_ONCE = 500;
const IN_PLACES = '/';

export interface SweepOptions {
  readonly ttlMs: number;
}

/** What goes by subject, source or age, a few sessions a call. */
export class SessionSweeps {
  constructor(
    private readonly connection: RedisConnection,
    private readonly shards: Shards,
    private readonly options: SweepOptions,
  ) {}

  count(subject: SubjectRef, below: number): Promise<number> {
    return this.sweep(subject, { below, isDryRun: true });
  }

  erase(subject: SubjectRef, below: number): Promise<number> {
    return this.sweep(subject, { below, isErasure: true, ttlMs: this.options.ttlMs });
  }

  async eraseSources(subject: SubjectRef, sources: readonly SourceId[], below: number): Promise<number> {
    return sources.length === 0 ? 0 : this.sweep(subject, { below, sources });
  }

  async probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    const ids: string[] = [];
    let after: string | undefined;
    while (ids.length < limit) {
      const given = { ...this.pageOf(subject, after), limit: limit - ids.length };
      const call = { root: this.shards.rootOf(subject.tenantId), given };
      const [last = '', ...found] = (await this.connection.run(PROBE_SUBJECT, call)) as readonly string[];
      ids.push(...found);
      if (last === '') break;
      after = last;
    }
    return ids;
  }

  /** An id says in which session to look; what is none of ours is not there. */
  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    const wanted = ids.filter((id) => id.includes(IN_PLACES));
    const found: string[] = [];
    for (let at = 0; at < wanted.length; at += IDS_AT_ONCE) {
      const slice = wanted.slice(at, at + IDS_AT_ONCE);
      const given = { tenant: tenantId, ids: slice.map(placeOfId) };
      const call = { root: this.shards.rootOf(tenantId), given };
      const there = (await this.connection.run(FIND_IDS, call)) as readonly number[];
      found.push(...slice.filter((_, i) => there[i] === 1));
    }
    return found;
  }

  async expire(beforeMs: number, sessionsMax: number): Promise<number> {
    let count = 0;
    for (const root of this.shards.roots) {
      while (count < sessionsMax) {
        const slice = Math.min(SESSIONS_AT_ONCE, sessionsMax - count);
        const given = { beforeMs, sessionsMax: slice };
        const dropped = (await this.connection.run(EXPIRE_SESSIONS, { root, given })) as number;
        count += dropped;
        if (dropped < slice) break;
      }
    }
    return count;
  }

  private async sweep(subject: SubjectRef, wanted: Readonly<Record<string, unknown>>): Promise<number> {
    let count = 0;
    let after: string | undefined;
    do {
      const given = { ...this.pageOf(subject, after), ...wanted };
      const call = { root: this.shards.rootOf(subject.tenantId), given };
      const [records, last] = (await this.connection.run(SWEEP_SUBJECT, call)) as readonly [number, string];
      count += records;
      after = last;
    } while (after !== '');
    return count;
  }

  private pageOf({ tenantId, subjectId }: SubjectRef, after: string | undefined) {
    return { tenant: tenantId, subject: subjectId, sessionsMax: SESSIONS_AT_ONCE, after };
  }
}

function placeOfId(id: string) {
  const at = id.indexOf(IN_PLACES);
  const own = id.slice(at + 1);
  return { session: id.slice(0, at), own, isPlace: own.includes(IN_PLACES) };
}
