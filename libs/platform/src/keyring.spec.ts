import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SubjectId, TenantId } from '@mneme/events';
import { keyedHash, randomKey, unwrapKey, wrapKey } from '@mneme/domain';
import type { ControlStore, KeyVault, NewSubject, SubjectRegistry, SubjectRow } from '@mneme/ports';
import fc from 'fast-check';
import { Keyring, type SubjectAccess, tenantKeyContext } from './keyring.js';

const ACME = 'acme' as TenantId;
const OTHER = 'other' as TenantId;
const KEY_CACHE_MS = 1_000;
const SUBJECTS_MAX = 3;
const TENANTS_MAX = 2;
const subject = (name: string | number) => String(name).padStart(64, '0') as SubjectId;
const ANA = subject('a');
const BEN = subject('b');

/** A keyring over a registry and a vault that hold everything in plain maps, and note what is asked of them. */
class World {
  readonly rows = new Map<string, SubjectRow>();
  readonly reads: (readonly SubjectId[])[] = [];
  readonly corrupt: TenantId[] = [];
  nowMs = 1_000_000;
  unwrapped = 0;
  policy = 'first';
  private readonly rootKey = randomKey();
  private readonly tenantKeys = new Map<string, Uint8Array>();

  keyring(given: { readonly subjectsMax?: number; readonly tenantsMax?: number } = {}): Keyring {
    const controlStore = { findTenant: async (tenantId: TenantId) => this.tenantOf(tenantId) };
    const registry = {
      read: async (tenantId: TenantId, subjectIds: readonly SubjectId[]) => this.read(tenantId, subjectIds),
      admit: async (subjects: readonly NewSubject[]) => subjects.map((one) => this.admit(one)),
    };
    const vault = {
      unwrap: async (wrapped: Uint8Array, context: string) => {
        this.unwrapped += 1;
        return unwrapKey(this.rootKey, wrapped, context);
      },
    };
    return new Keyring({
      controlStore: controlStore as unknown as ControlStore,
      registry: registry as unknown as SubjectRegistry,
      vault: vault as unknown as KeyVault,
      clock: { nowMs: () => this.nowMs },
      keyCacheMs: KEY_CACHE_MS,
      subjectsMax: given.subjectsMax ?? SUBJECTS_MAX,
      tenantsMax: given.tenantsMax ?? TENANTS_MAX,
      onCorruptKey: (tenantId) => this.corrupt.push(tenantId),
    });
  }

  change(subjectId: SubjectId, given: Partial<SubjectRow>): void {
    const name = `${ACME}/${subjectId}`;
    this.rows.set(name, { ...(this.rows.get(name) as SubjectRow), ...given });
  }

  /** The time passes, and with it the timers. */
  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    await jest.advanceTimersByTimeAsync(ms);
  }

  private tenantOf(tenantId: TenantId) {
    if (tenantId !== ACME && tenantId !== OTHER) return undefined;
    const wrapped = (purpose: 'index' | 'tenant') => {
      const name = `${tenantId}/${purpose}`;
      const key = this.tenantKeys.get(name) ?? randomKey();
      this.tenantKeys.set(name, key);
      return wrapKey(this.rootKey, key, tenantKeyContext(tenantId, purpose, purpose === 'index' ? 0 : 1));
    };
    const keys = { wrappedIndexKey: wrapped('index'), wrappedTenantKey: wrapped('tenant'), keyGeneration: 1 };
    return { tenantId, policy: this.policy, ...keys };
  }

  private read(tenantId: TenantId, subjectIds: readonly SubjectId[]): readonly SubjectRow[] {
    this.reads.push(subjectIds);
    return subjectIds.flatMap((subjectId) => this.rows.get(`${tenantId}/${subjectId}`) ?? []);
  }

  private admit(one: NewSubject): SubjectRow {
    const name = `${one.tenantId}/${one.subjectId}`;
    const row = this.rows.get(name) ?? { ...one, epoch: 1, state: 'enrolled' as const };
    this.rows.set(name, row);
    return row;
  }
}

describe('the keyring', () => {
  let world: World;
  beforeEach(() => {
    jest.useFakeTimers();
    world = new World();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const opened = async (keyring: Keyring, subjectId: SubjectId) =>
    (await keyring.open(ACME, [subjectId])).get(subjectId) as SubjectAccess & { readonly state: 'open' };

  it('admits a subject once, and opens the same keys for it anywhere', async () => {
    const keyring = world.keyring();
    const first = hashUnder((await keyring.admit(ACME, [ANA, ANA])).get(ANA));
    expect(hashUnder((await keyring.admit(ACME, [ANA])).get(ANA))).toBe(first);
    expect(hashUnder(await opened(world.keyring(), ANA))).toBe(first);
    expect(hashUnder((await keyring.admit(OTHER, [ANA])).get(ANA))).not.toBe(first);
  });

  it('knows nothing of a subject never seen, and no tenant that is not there', async () => {
    const keyring = world.keyring();
    expect((await keyring.open(ACME, [ANA])).size).toBe(0);
    expect(world.rows.size).toBe(0);
    const nobody = 'nobody' as TenantId;
    await expect(keyring.tenant(nobody)).rejects.toMatchObject({ code: 'not-found', detail: { field: 'tenantId' } });
    await expect(keyring.open(nobody, [ANA])).rejects.toMatchObject({ code: 'not-found' });
  });

  it('asks the registry again when the time is over, not before', async () => {
    const keyring = world.keyring();
    await keyring.admit(ACME, [ANA]);
    world.reads.length = 0;
    await world.pass(KEY_CACHE_MS - 1);
    await keyring.open(ACME, [ANA]);
    expect(world.reads).toEqual([]);
    await world.pass(1);
    await keyring.open(ACME, [ANA]);
    expect(world.reads).toEqual([[ANA]]);
  });

  it('lets an erasure be seen at once by who asks freshly, and by all when the time is over', async () => {
    const keyring = world.keyring();
    await keyring.admit(ACME, [ANA]);
    const other = world.keyring();
    await other.open(ACME, [ANA]);
    world.change(ANA, { state: 'fenced', epoch: 2 });
    expect(await opened(other, ANA)).toMatchObject({ state: 'open', epoch: 1 });
    expect((await keyring.openFresh(ACME, [ANA])).get(ANA)).toEqual({ state: 'fenced', epoch: 2 });
    expect(await opened(keyring, ANA)).toEqual({ state: 'fenced', epoch: 2 });
    await world.pass(KEY_CACHE_MS);
    expect(await opened(other, ANA)).toEqual({ state: 'fenced', epoch: 2 });
  });

  it('gives new keys after an enrolment, and never those of the epoch before', async () => {
    const keyring = world.keyring();
    const before = (await keyring.admit(ACME, [ANA])).get(ANA);
    const { wrappedKey } = await keyring.newSubject(ACME, ANA);
    world.change(ANA, { state: 'enrolled', epoch: 3, wrappedKey });
    const after = (await keyring.openFresh(ACME, [ANA])).get(ANA);
    expect(after).toMatchObject({ state: 'open', epoch: 3 });
    expect(hashUnder(after)).not.toBe(hashUnder(before));
  });

  it('closes a subject whose key is destroyed, whatever its row says otherwise', async () => {
    const keyring = world.keyring();
    await keyring.admit(ACME, [ANA]);
    world.change(ANA, { wrappedKey: null });
    expect((await keyring.openFresh(ACME, [ANA])).get(ANA)).toEqual({ state: 'fenced', epoch: 1 });
  });

  it('forgets a subject when it is told to, and no other', async () => {
    const keyring = world.keyring();
    await keyring.admit(ACME, [ANA, BEN]);
    world.reads.length = 0;
    keyring.forget(ACME, ANA);
    await keyring.open(ACME, [ANA, BEN]);
    expect(world.reads).toEqual([[ANA]]);
  });

  it('sees a changed policy when the tenant is forgotten, or the time is over', async () => {
    const keyring = world.keyring();
    const policy = async () => (await keyring.tenant(ACME)).tenant.policy as unknown as string;
    expect(await policy()).toBe('first');
    world.policy = 'second';
    expect(await policy()).toBe('first');
    keyring.forgetTenant(ACME);
    expect(await policy()).toBe('second');
    world.policy = 'third';
    await world.pass(KEY_CACHE_MS);
    expect(await policy()).toBe('third');
  });

  it('closes the subject of a key that does not open, tells of it, and opens the others of the same query', async () => {
    const keyring = world.keyring();
    await keyring.admit(ACME, [ANA, BEN]);
    const { wrappedKey } = world.rows.get(`${ACME}/${ANA}`) as SubjectRow;
    for (const broken of [
      Uint8Array.from(wrappedKey as Uint8Array, (byte, at) => (at === 20 ? byte ^ 1 : byte)),
      (wrappedKey as Uint8Array).slice(1),
      new Uint8Array(),
      // Another subject's key, and one of another generation.
      (world.rows.get(`${ACME}/${BEN}`) as SubjectRow).wrappedKey,
    ]) {
      world.corrupt.length = 0;
      world.change(ANA, { wrappedKey: broken });
      const accesses = await keyring.openFresh(ACME, [ANA, BEN]);
      expect(accesses.get(ANA)).toEqual({ state: 'fenced', epoch: 1 });
      expect(accesses.get(BEN)).toMatchObject({ state: 'open' });
      expect(world.corrupt).toEqual([ACME]);
    }
    world.change(ANA, { wrappedKey, keyGeneration: 2 });
    expect((await keyring.openFresh(ACME, [ANA])).get(ANA)?.state).toBe('fenced');
    // The same bytes, whose generation is known now: what did not open before is not held against them.
    world.change(ANA, { wrappedKey, keyGeneration: 1 });
    expect((await keyring.openFresh(ACME, [ANA])).get(ANA)?.state).toBe('open');
  });

  it('admits by the registry whom another process has enrolled again', async () => {
    const keyring = world.keyring();
    await keyring.admit(ACME, [ANA]);
    world.change(ANA, { state: 'fenced', epoch: 2 });
    expect((await keyring.openFresh(ACME, [ANA])).get(ANA)?.state).toBe('fenced');
    world.change(ANA, { state: 'enrolled', epoch: 3 });
    expect((await keyring.admit(ACME, [ANA])).get(ANA)).toMatchObject({ state: 'open', epoch: 3 });
  });

  it('drops keys from memory when the time is over though nobody asks', async () => {
    const keyring = world.keyring();
    await keyring.admit(ACME, [ANA]);
    expect(heldBy(keyring)).toEqual({ subjects: 1, tenants: 1 });
    await world.pass(KEY_CACHE_MS / 2);
    await keyring.admit(ACME, [BEN]);
    await world.pass(KEY_CACHE_MS / 2);
    expect(heldBy(keyring)).toEqual({ subjects: 1, tenants: 0 });
    await world.pass(KEY_CACHE_MS);
    expect(heldBy(keyring)).toEqual({ subjects: 0, tenants: 0 });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('holds no more than its bound, answers for all that were asked for, and lets the oldest go first', async () => {
    const keyring = world.keyring();
    const many = Array.from({ length: 10 }, (_, i) => subject(i));
    expect((await keyring.admit(ACME, many)).size).toBe(10);
    expect(heldBy(keyring).subjects).toBe(SUBJECTS_MAX);
    expect((await keyring.open(ACME, many)).size).toBe(10);
    world.reads.length = 0;
    // The last three were there, and made room for the seven that were not.
    await keyring.open(ACME, many.slice(4, 7));
    expect(world.reads).toEqual([]);
    await keyring.open(ACME, many.slice(-1));
    expect(world.reads).toEqual([many.slice(-1)]);
  });

  it('holds no more tenants than its bound, the last ones', async () => {
    const keyring = world.keyring({ tenantsMax: 1 });
    const asks = async (tenantId: TenantId) => {
      world.unwrapped = 0;
      await keyring.tenant(tenantId);
      return world.unwrapped > 0;
    };
    expect([await asks(ACME), await asks(ACME), await asks(OTHER), await asks(OTHER), await asks(ACME)]).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(heldBy(keyring).tenants).toBe(1);
  });

  it('never holds more than its bound nor longer than its time, whatever is asked in whatever order', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('admit'), ids: fc.array(fc.nat(8), { minLength: 1, maxLength: 6 }) }),
      fc.record({ kind: fc.constant('open'), ids: fc.array(fc.nat(8), { minLength: 1, maxLength: 6 }) }),
      fc.record({ kind: fc.constant('openFresh'), ids: fc.array(fc.nat(8), { minLength: 1, maxLength: 6 }) }),
      fc.record({ kind: fc.constant('pass'), ids: fc.constant([]), ms: fc.integer({ min: 1, max: 1_500 }) }),
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      world = new World();
      const keyring = world.keyring();
      let sinceAskedMs = 0;
      for (const one of steps) {
        const ids = one.ids.map(subject);
        if (one.kind === 'admit') expect((await keyring.admit(ACME, ids)).size).toBe(new Set(ids).size);
        else if (one.kind === 'open') await keyring.open(ACME, ids);
        else if (one.kind === 'openFresh') await keyring.openFresh(ACME, ids);
        else if ('ms' in one) await world.pass(one.ms);
        sinceAskedMs = 'ms' in one ? sinceAskedMs + one.ms : 0;
        expect(heldBy(keyring).subjects).toBeLessThanOrEqual(SUBJECTS_MAX);
        if (sinceAskedMs >= 2 * KEY_CACHE_MS) expect(heldBy(keyring)).toEqual({ subjects: 0, tenants: 0 });
      }
      jest.clearAllTimers();
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

/** Says which key it is without looking at its bytes. */
function hashUnder(access: SubjectAccess | undefined): string {
  if (access?.state !== 'open') throw new Error('the subject is not open');
  return keyedHash(access.keys.input, 'x');
}

/** What is in memory: nobody can ask for it, and that it goes is the point. */
function heldBy(keyring: Keyring): { readonly subjects: number; readonly tenants: number } {
  const sizeOf = (name: 'subjects' | 'tenants') => (Reflect.get(keyring, name) as Map<unknown, unknown>).size;
  return { subjects: sizeOf('subjects'), tenants: sizeOf('tenants') };
}
