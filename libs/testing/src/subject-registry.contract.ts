import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { SubjectId, TenantId } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import type { NewSubject, SubjectRegistry, SubjectRow } from '@mneme/ports';
import { randomSubjectId, randomTenantId } from './builders.js';

/** What every subject registry must do. */
export function subjectRegistryContract(make: () => Promise<SubjectRegistry>): void {
  describe('subject registry', () => {
    let registry: SubjectRegistry;
    beforeAll(async () => {
      registry = await make();
    });
    describe('admit and read', () => admitContract(() => registry));
    describe('erasure', () => erasureContract(() => registry));
    describe('an older registry', () => reapplyContract(() => registry));
    describe('legal hold', () => holdContract(() => registry));
  });
}

/** A subject never seen, with a random wrapped key. */
export function aNewSubject(given: Partial<NewSubject> = {}): NewSubject {
  const wrappedKey = randomBytes(60);
  return { tenantId: randomTenantId(), subjectId: randomSubjectId(), wrappedKey, keyGeneration: 1, ...given };
}

const refOf = ({ tenantId, subjectId }: { tenantId: TenantId; subjectId: SubjectId }) =>
  subjectRef(tenantId, subjectId);
const plain = (row: SubjectRow | undefined) =>
  row && { ...row, wrappedKey: row.wrappedKey && Buffer.from(row.wrappedKey).toString('hex') };
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const readOne = async (registry: SubjectRegistry, { tenantId, subjectId }: NewSubject) =>
  plain((await registry.read(tenantId, [subjectId]))[0]);

function admitContract(registry: () => SubjectRegistry): void {
  it('admits at epoch 1 and reads back all that is asked for in one go', async () => {
    const tenantId = randomTenantId();
    const [one, other] = [aNewSubject({ tenantId, keyGeneration: 4 }), aNewSubject({ tenantId })];
    const rows = await registry().admit([one, other]);
    const expected = [one, other].map((subject) => ({
      ...subject,
      wrappedKey: hex(subject.wrappedKey),
      epoch: 1,
      state: 'enrolled',
    }));
    expect(rows.map(plain)).toEqual(expected);
    const read = await registry().read(tenantId, [other.subjectId, randomSubjectId(), one.subjectId]);
    expect(read.map(plain)).toHaveLength(2);
    expect(read.map(plain)).toEqual(expect.arrayContaining(expected));
  });

  it('reads nothing for no subjects, and nothing of another tenant', async () => {
    const subject = aNewSubject();
    await registry().admit([subject]);
    expect(await registry().read(subject.tenantId, [])).toEqual([]);
    expect(await registry().read(randomTenantId(), [subject.subjectId])).toEqual([]);
    expect(await registry().admit([])).toEqual([]);
  });

  it('leaves a subject that is there as it is, and answers the row in force', async () => {
    const subject = aNewSubject();
    await registry().admit([subject]);
    const again = { ...subject, wrappedKey: randomBytes(60), keyGeneration: 9 };
    const rows = await registry().admit([again, aNewSubject()]);
    expect(rows).toHaveLength(2);
    expect(plain(rows[0])).toMatchObject({ epoch: 1, wrappedKey: hex(subject.wrappedKey), keyGeneration: 1 });
  });

  it('lets one of those who admit the same subject at once win, and tells all of them who', async () => {
    const subject = aNewSubject();
    const rivals = Array.from({ length: 5 }, () => ({ ...subject, wrappedKey: randomBytes(60) }));
    const answers = await Promise.all(rivals.map((rival) => registry().admit([rival])));
    expect(new Set(answers.map((rows) => plain(rows[0])?.wrappedKey)).size).toBe(1);
  });

  it('does not open a fenced subject again', async () => {
    const subject = aNewSubject();
    await registry().admit([subject]);
    await registry().fence(refOf(subject));
    const [row] = await registry().admit([{ ...subject, wrappedKey: randomBytes(60) }]);
    expect(row).toMatchObject({ epoch: 2, state: 'fenced' });
  });
}

function erasureContract(registry: () => SubjectRegistry): void {
  const fenced = async () => {
    const subject = aNewSubject();
    await registry().admit([subject]);
    await registry().fence(refOf(subject));
    return subject;
  };

  it('raises the epoch and keeps the key until it is destroyed', async () => {
    const subject = aNewSubject();
    await registry().admit([subject]);
    const row = plain(await registry().fence(refOf(subject)));
    expect(row).toMatchObject({ epoch: 2, state: 'fenced', wrappedKey: hex(subject.wrappedKey) });
    expect(await readOne(registry(), subject)).toEqual(row);
  });

  it('fences once, and only who is known', async () => {
    const subject = await fenced();
    await expect(registry().fence(refOf(subject))).rejects.toMatchObject({ code: 'subject-erased' });
    await expect(registry().fence(refOf(aNewSubject()))).rejects.toMatchObject({ code: 'not-found' });
    expect(await readOne(registry(), subject)).toMatchObject({ epoch: 2 });
  });

  it('destroys the key of the fenced epoch, as often as it is told', async () => {
    const subject = await fenced();
    await registry().destroyKey(refOf(subject), 2);
    await registry().destroyKey(refOf(subject), 2);
    expect(await readOne(registry(), subject)).toMatchObject({ epoch: 2, state: 'fenced', wrappedKey: null });
  });

  it('destroys no key of another epoch, of an enrolled subject or of a neighbour', async () => {
    const [subject, neighbour, open] = [await fenced(), await fenced(), aNewSubject()];
    await registry().admit([open]);
    await registry().destroyKey(refOf(subject), 1);
    await registry().destroyKey(refOf(open), 1);
    await registry().destroyKey(refOf(aNewSubject()), 1);
    expect((await readOne(registry(), subject))?.wrappedKey).toBe(hex(subject.wrappedKey));
    expect((await readOne(registry(), open))?.wrappedKey).toBe(hex(open.wrappedKey));
    await registry().destroyKey(refOf(subject), 2);
    expect((await readOne(registry(), neighbour))?.wrappedKey).toBe(hex(neighbour.wrappedKey));
  });

  it('enrols again under a new epoch and key, which a late destruction leaves alone', async () => {
    const subject = await fenced();
    await registry().destroyKey(refOf(subject), 2);
    const renewed = { ...subject, wrappedKey: randomBytes(60), keyGeneration: 2 };
    const row = plain(await registry().enrol(renewed));
    expect(row).toMatchObject({ epoch: 3, state: 'enrolled', wrappedKey: hex(renewed.wrappedKey), keyGeneration: 2 });
    await registry().destroyKey(refOf(subject), 2);
    expect(await readOne(registry(), subject)).toEqual(row);
    expect(await registry().fence(refOf(subject))).toMatchObject({ epoch: 4 });
  });

  it('enrols nobody unknown, open, or with a key that is still there', async () => {
    const [subject, open] = [await fenced(), aNewSubject()];
    await registry().admit([open]);
    await expect(registry().enrol(aNewSubject())).rejects.toMatchObject({ code: 'not-found' });
    await expect(registry().enrol(open)).rejects.toMatchObject({ code: 'conflict' });
    await expect(registry().enrol(subject)).rejects.toMatchObject({ code: 'conflict' });
    expect(await readOne(registry(), subject)).toMatchObject({ epoch: 2, state: 'fenced' });
  });
}

function holdContract(registry: () => SubjectRegistry): void {
  it('forbids an erasure and names itself, until it is lifted', async () => {
    const subject = aNewSubject();
    await registry().admit([subject]);
    await registry().setLegalHold(refOf(subject), 'case-17');
    expect(await readOne(registry(), subject)).toMatchObject({ legalHold: 'case-17', epoch: 1, state: 'enrolled' });
    const fencing = registry().fence(refOf(subject));
    await expect(fencing).rejects.toMatchObject({ code: 'legal-hold', message: expect.stringContaining('case-17') });
    await registry().setLegalHold(refOf(subject), null);
    expect(await readOne(registry(), subject)).not.toHaveProperty('legalHold');
    expect(await registry().fence(refOf(subject))).toMatchObject({ epoch: 2 });
  });

  it('keeps the key that is still there when it is set after the fence', async () => {
    const subject = aNewSubject();
    await registry().admit([subject]);
    await registry().fence(refOf(subject));
    await registry().setLegalHold(refOf(subject), 'case-18');
    await expect(registry().destroyKey(refOf(subject), 2)).rejects.toMatchObject({ code: 'legal-hold' });
    expect((await readOne(registry(), subject))?.wrappedKey).toBe(hex(subject.wrappedKey));
    await registry().setLegalHold(refOf(subject), null);
    await registry().destroyKey(refOf(subject), 2);
    await registry().setLegalHold(refOf(subject), 'case-19');
    await registry().destroyKey(refOf(subject), 2);
    expect((await readOne(registry(), subject))?.wrappedKey).toBeNull();
  });

  it('can be set on known subjects alone', async () => {
    await expect(registry().setLegalHold(refOf(aNewSubject()), 'x')).rejects.toMatchObject({ code: 'not-found' });
  });
}

function reapplyContract(registry: () => SubjectRegistry): void {
  it('lists the subjects of a tenant by id, page by page', async () => {
    const tenantId = randomTenantId();
    const subjects = Array.from({ length: 5 }, () => aNewSubject({ tenantId }));
    await registry().admit([...subjects, aNewSubject()]);
    const ids = subjects.map(({ subjectId }) => subjectId).sort();
    expect(await registry().list(tenantId, { limit: 3 })).toEqual(ids.slice(0, 3));
    expect(await registry().list(tenantId, { afterSubjectId: ids[2] as SubjectId, limit: 3 })).toEqual(ids.slice(3));
  });

  it('takes an erasure over that it did not know, twice as once, whatever hold it names', async () => {
    const [subject, neighbour] = [aNewSubject(), aNewSubject()];
    await registry().admit([subject, neighbour]);
    await registry().setLegalHold(refOf(subject), 'case 7');
    const before = await readOne(registry(), neighbour);
    await registry().reapply(refOf(subject), { epoch: 4, isKeyDestroyed: false });
    expect(await readOne(registry(), subject)).toMatchObject({ epoch: 4, state: 'fenced' });
    expect((await readOne(registry(), subject))?.wrappedKey).not.toBeNull();
    for (const epoch of [4, 4, 2]) await registry().reapply(refOf(subject), { epoch, isKeyDestroyed: true });
    expect(await readOne(registry(), subject)).toMatchObject({ epoch: 4, state: 'fenced', wrappedKey: null });
    expect(await readOne(registry(), neighbour)).toEqual(before);
  });

  it('leaves a subject alone that was enrolled again since', async () => {
    const subject = aNewSubject();
    await registry().admit([subject]);
    await registry().fence(refOf(subject));
    await registry().destroyKey(refOf(subject), 2);
    const enrolled = plain(await registry().enrol(subject));
    await registry().reapply(refOf(subject), { epoch: 2, isKeyDestroyed: true });
    expect(await readOne(registry(), subject)).toEqual(enrolled);
  });

  it('closes a subject that it never saw, until it is enrolled', async () => {
    const subject = aNewSubject();
    for (let twice = 0; twice < 2; twice += 1) {
      await registry().reapply(refOf(subject), { epoch: 2, isKeyDestroyed: true });
      expect(await readOne(registry(), subject)).toMatchObject({ epoch: 2, state: 'fenced', wrappedKey: null });
    }
    expect((await registry().admit([subject])).map(plain)).toMatchObject([{ epoch: 2, state: 'fenced' }]);
    expect(plain(await registry().enrol(subject))).toMatchObject({
      epoch: 3,
      state: 'enrolled',
      wrappedKey: hex(subject.wrappedKey),
    });
  });
}
