import type { SubjectId, TenantId } from '@mneme/events';
import {
  type DataKeys,
  dataKeysOf,
  type IndexKeys,
  indexKeysOf,
  NotFound,
  randomKey,
  unwrapKey,
  wrapKey,
} from '@mneme/domain';
import type { Clock, ControlStore, KeyVault, NewSubject, SubjectRegistry, SubjectRow, Tenant } from '@mneme/ports';

/** What may be done with a subject now; a subject never seen has no access at all. */
export type SubjectAccess =
  | { readonly state: 'open'; readonly epoch: number; readonly keys: DataKeys }
  | { readonly state: 'fenced'; readonly epoch: number };

export interface TenantAccess {
  readonly tenant: Tenant;
  readonly indexKeys: IndexKeys;
}

export interface KeyringOptions {
  readonly controlStore: ControlStore;
  readonly registry: SubjectRegistry;
  readonly vault: KeyVault;
  /** One that is never set back: an hour that comes twice would keep keys for an hour. */
  readonly clock: Clock;
  /** How long an unwrapped key may stay in this process, counted from when the registry was asked for it. */
  readonly keyCacheMs: number;
  /** Subjects whose keys are held at once. */
  readonly subjectsMax: number;
  /** Tenants whose keys are held at once. */
  readonly tenantsMax: number;
  /** Called for a data key that does not open: its subject is closed to everyone, and somebody should look. */
  readonly onCorruptKey: (tenantId: TenantId) => void;
}

interface OpenTenant extends TenantAccess {
  readonly tenantKey: Uint8Array;
  readonly keyGeneration: number;
}

/** Access with the wrapped key that it was opened from. */
interface HeldSubject extends Held<SubjectAccess> {
  readonly wrappedKey: Uint8Array | null;
}

interface Held<T> {
  readonly value: T;
  readonly untilMs: number;
}

/** A key that nobody asks for any more is gone a fraction of its time late, at most. */
const SWEEPS_PER_TIME = 10;

/** The one way to keys: unwraps them for a few seconds, and forgets them. No key, no write, no derivation, no read. */
export class Keyring {
  private readonly tenants = new Map<TenantId, Held<OpenTenant>>();
  private readonly subjects = new Map<string, HeldSubject>();
  private sweep: NodeJS.Timeout | undefined;

  constructor(private readonly options: KeyringOptions) {}

  /** @throws NotFound. */
  async tenant(tenantId: TenantId): Promise<TenantAccess> {
    return this.openTenant(tenantId);
  }

  /** Access to the subjects that exist; at most `keyCacheMs` old. */
  async open(tenantId: TenantId, subjectIds: readonly SubjectId[]): Promise<ReadonlyMap<SubjectId, SubjectAccess>> {
    const { held, missing } = this.lookUp(tenantId, subjectIds);
    if (missing.length === 0) return held;
    for (const [subjectId, access] of await this.openFresh(tenantId, missing)) held.set(subjectId, access);
    return held;
  }

  /** As `open`, from the registry in one query and never from memory. */
  async openFresh(
    tenantId: TenantId,
    subjectIds: readonly SubjectId[],
  ): Promise<ReadonlyMap<SubjectId, SubjectAccess>> {
    const askedMs = this.options.clock.nowMs();
    const rows = await this.options.registry.read(tenantId, [...new Set(subjectIds)]);
    return this.hold(await this.openTenant(tenantId), rows, askedMs);
  }

  /**
   * As `open`, and admits subjects never seen. A fenced subject stays fenced, by the registry as it is now: another process
   * may just have enrolled it again.
   */
  async admit(tenantId: TenantId, subjectIds: readonly SubjectId[]): Promise<ReadonlyMap<SubjectId, SubjectAccess>> {
    const known = new Map(await this.open(tenantId, subjectIds));
    const fenced = [...known].filter(([, { state }]) => state === 'fenced').map(([subjectId]) => subjectId);
    if (fenced.length > 0) for (const [id, access] of await this.openFresh(tenantId, fenced)) known.set(id, access);
    const unseen = [...new Set(subjectIds)].filter((subjectId) => !known.has(subjectId));
    if (unseen.length === 0) return known;
    const tenant = await this.openTenant(tenantId);
    const askedMs = this.options.clock.nowMs();
    const rows = await this.options.registry.admit(unseen.map((subjectId) => newSubjectOf(tenant, subjectId)));
    for (const [subjectId, access] of this.hold(tenant, rows, askedMs)) known.set(subjectId, access);
    return known;
  }

  /** A fresh data key, wrapped, for an enrolment. */
  async newSubject(tenantId: TenantId, subjectId: SubjectId): Promise<NewSubject> {
    return newSubjectOf(await this.openTenant(tenantId), subjectId);
  }

  /** Drops what this process holds of a subject. */
  forget(tenantId: TenantId, subjectId: SubjectId): void {
    this.subjects.delete(nameOf(tenantId, subjectId));
  }

  /** Drops what this process holds of a tenant, so that a changed policy is seen at once. */
  forgetTenant(tenantId: TenantId): void {
    this.tenants.delete(tenantId);
  }

  private lookUp(tenantId: TenantId, subjectIds: readonly SubjectId[]) {
    const nowMs = this.options.clock.nowMs();
    const held = new Map<SubjectId, SubjectAccess>();
    const missing: SubjectId[] = [];
    for (const subjectId of new Set(subjectIds)) {
      const entry = this.subjects.get(nameOf(tenantId, subjectId));
      if (entry !== undefined && entry.untilMs > nowMs) held.set(subjectId, entry.value);
      else missing.push(subjectId);
    }
    return { held, missing };
  }

  private async openTenant(tenantId: TenantId): Promise<OpenTenant> {
    const nowMs = this.options.clock.nowMs();
    const held = this.tenants.get(tenantId);
    if (held !== undefined && held.untilMs > nowMs) return held.value;
    const row = await this.options.controlStore.findTenant(tenantId);
    if (row === undefined) throw new NotFound('there is no such tenant', { field: 'tenantId' });
    const { wrappedIndexKey, wrappedTenantKey, keyGeneration, ...tenant } = row;
    const { vault } = this.options;
    const value: OpenTenant = {
      tenant,
      indexKeys: indexKeysOf(await vault.unwrap(wrappedIndexKey, tenantKeyContext(tenantId, 'index', 0))),
      tenantKey: await vault.unwrap(wrappedTenantKey, tenantKeyContext(tenantId, 'tenant', keyGeneration)),
      keyGeneration,
    };
    this.tenants.delete(tenantId);
    this.tenants.set(tenantId, { value, untilMs: nowMs + this.options.keyCacheMs });
    this.shrink(this.tenants, this.options.tenantsMax);
    this.scheduleSweep();
    return value;
  }

  // From when the registry was asked: a row that took its time on the way may be of before the key was destroyed.
  private hold(tenant: OpenTenant, rows: readonly SubjectRow[], askedMs: number): Map<SubjectId, SubjectAccess> {
    const untilMs = askedMs + this.options.keyCacheMs;
    const opened = new Map<SubjectId, SubjectAccess>();
    for (const row of rows) {
      const name = nameOf(row.tenantId, row.subjectId);
      const access = heldFor(row, this.subjects.get(name)) ?? this.accessOf(tenant, row);
      opened.set(row.subjectId, access);
      this.subjects.delete(name);
      this.subjects.set(name, { value: access, untilMs, wrappedKey: row.wrappedKey });
    }
    this.shrink(this.subjects, this.options.subjectsMax);
    this.scheduleSweep();
    return opened;
  }

  // Without it a key would stay in memory until the next request came.
  private scheduleSweep(): void {
    this.sweep ??= setTimeout(() => {
      this.sweep = undefined;
      this.shrink(this.subjects, this.options.subjectsMax);
      this.shrink(this.tenants, this.options.tenantsMax);
      if (this.subjects.size + this.tenants.size > 0) this.scheduleSweep();
    }, this.options.keyCacheMs / SWEEPS_PER_TIME).unref();
  }

  // One key that does not open must not close the rest of its query, nor hold up a partition.
  private accessOf(tenant: OpenTenant, row: SubjectRow): SubjectAccess {
    if (row.state === 'fenced' || row.wrappedKey === null) return { state: 'fenced', epoch: row.epoch };
    try {
      const dataKey = unwrapKey(tenant.tenantKey, row.wrappedKey, subjectKeyContext(row));
      return { state: 'open', epoch: row.epoch, keys: dataKeysOf(dataKey) };
    } catch {
      this.options.onCorruptKey(row.tenantId);
      return { state: 'fenced', epoch: row.epoch };
    }
  }

  // A Map iterates in the order of insertion, and every entry is inserted anew when it is held: the first is the oldest.
  private shrink<K>(held: Map<K, Held<unknown>>, countMax: number): void {
    const nowMs = this.options.clock.nowMs();
    for (const [name, entry] of held) {
      if (entry.untilMs > nowMs && held.size <= countMax) break;
      held.delete(name);
    }
  }
}

/** What a tenant's key is wrapped for; another tenant's, purpose's or generation's key does not open in its place. */
export function tenantKeyContext(tenantId: TenantId, purpose: 'index' | 'tenant', keyGeneration: number): string {
  return JSON.stringify(['tenant-key', tenantId, purpose, keyGeneration]);
}

/**
 * What was opened before from the very same row: to derive the keys anew would cost more than all else that a look at
 * the fence does, and give the same keys.
 */
function heldFor(row: SubjectRow, held: HeldSubject | undefined): SubjectAccess | undefined {
  // A key that did not open is tried again: its tenant's key may have been the one of before.
  if (held?.value.state !== 'open' || held.value.epoch !== row.epoch || row.state === 'fenced') return undefined;
  if (row.wrappedKey === null || held.wrappedKey === null) return undefined;
  return Buffer.compare(row.wrappedKey, held.wrappedKey) === 0 ? held.value : undefined;
}

function newSubjectOf(tenant: OpenTenant, subjectId: SubjectId): NewSubject {
  const { tenantId } = tenant.tenant;
  const { keyGeneration } = tenant;
  const context = subjectKeyContext({ tenantId, subjectId, keyGeneration });
  return { tenantId, subjectId, keyGeneration, wrappedKey: wrapKey(tenant.tenantKey, randomKey(), context) };
}

function subjectKeyContext(row: { tenantId: TenantId; subjectId: SubjectId; keyGeneration: number }): string {
  return JSON.stringify(['data-key', row.tenantId, row.subjectId, row.keyGeneration]);
}

function nameOf(tenantId: TenantId, subjectId: SubjectId): string {
  return `${tenantId}/${subjectId}`;
}
