import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MemoryDerived, TOPICS } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import { DeadLetterTopic, RedriveDeadLetters } from '@mneme/maintenance-service';
import { deadLetterOf } from '@mneme/platform';
import { CommandWorld } from './command-world.js';

describe('a redriven dead letter', () => {
  let world: CommandWorld;
  let redrive: RedriveDeadLetters;
  beforeAll(async () => {
    world = await CommandWorld.open();
    const { log } = world.world.engines.stores;
    const { keyring, clock } = world.world.engines;
    const topic = new DeadLetterTopic(log);
    const observer = { redriven: () => undefined };
    redrive = new RedriveDeadLetters({ log, topic, commands: world.acceptCommands, keyring, clock, observer });
  });
  afterAll(() => world.close());

  const differing = async () => (await world.liveComparison()).filter(({ equal }) => !equal).map(({ store }) => store);

  /** The letter that a group would write of the record under a key; answers its id. */
  async function letterOf(group: string, topic: typeof TOPICS.turns.name | typeof TOPICS.memories.name, key: string) {
    const { log } = world.world.engines.stores;
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      const records = await log.read({ topic, partition, offset: 0 }, 10_000);
      const record = records.find((one) => one.key === key);
      if (record === undefined) continue;
      const letter = deadLetterOf(record, { group, error: new Error('full'), failedAtMs: Date.now() });
      const { subjectId } = letter;
      const append = {
        topic: TOPICS.deadLetters.name,
        partition,
        key: `${group}/${key}`,
        value: JSON.stringify(letter),
      };
      const [at] = await log.append([{ ...append, ...(subjectId === undefined ? {} : { subjectId }) }]);
      return `${at?.partition}-${at?.offset}`;
    }
    throw new Error(`nothing lies under ${key}`);
  }

  const keyOf = ({ memoryId, version }: MemoryDerived) => `${memoryId}/${version}`;
  const outcomes = async (...ids: string[]) => (await redrive.redrive(ids, 'operator')).map(({ outcome }) => outcome);

  it('brings a projection what it lacked, and no other anything', async () => {
    const said = await world.said('ana', 'likes tea number 1');
    const { vectorIndex } = world.world.engines.stores;
    await vectorIndex.remove([said]);
    expect(await differing()).toEqual(['vector-index']);
    const id = await letterOf('embedder', TOPICS.memories.name, keyOf(said));
    expect(await outcomes(id)).toEqual(['redriven']);
    expect(await differing()).toEqual([]);
    expect(await outcomes(id)).toEqual(['redriven']);
    expect(await differing()).toEqual([]);
    expect(await world.facts('ana')).toEqual(['Someone likes tea number 1']);
  });

  it('does not bring back a fact that was taken back of an episode', async () => {
    const said = await world.said('ben', 'likes tea number 2');
    const [fact] = await world.factsOf(said);
    const retract = { action: 'retract', memoryId: fact?.memoryId };
    expect(await world.settled(await world.give('ben', retract))).toBe('current');
    expect(await outcomes(await letterOf('catalogue', TOPICS.memories.name, keyOf(said)))).toEqual(['redriven']);
    await world.world.drained();
    expect(await world.factsOf(said)).toEqual([]);
    expect(await differing()).toEqual([]);
    // What is made of a version that was said again is a version like any other: its facts are made.
    const correct = { action: 'correct', memoryId: said.memoryId, text: 'lives in Porto' };
    expect(await world.settled(await world.give('ben', correct))).toBe('current');
    expect(await world.facts('ben')).toEqual(['Someone lives in Porto']);
  });

  it('does not bring back a memory that was taken back meanwhile', async () => {
    const said = await world.said('cleo', 'likes tea number 3');
    const id = await letterOf('embedder', TOPICS.memories.name, keyOf(said));
    expect(await world.settled(await world.give('cleo', { action: 'retract', memoryId: said.memoryId }))).toBe(
      'current',
    );
    expect(await outcomes(id)).toEqual(['redriven']);
    await world.world.drained();
    expect(await world.living('cleo')).toEqual([]);
    expect(await differing()).toEqual([]);
  });

  it('is for making facts when it was these that failed, and says so of every other', async () => {
    const said = await world.said('dan', 'likes tea number 4');
    const again = async (group: string) => {
      expect(await outcomes(await letterOf(group, TOPICS.memories.name, keyOf(said)))).toEqual(['redriven']);
      await world.world.drained();
      return (await world.living('dan')).find(({ memoryId }) => memoryId === said.memoryId);
    };
    expect(await again('catalogue')).toEqual({ ...said, isRepublished: true });
    expect(await again('graph-extractor')).toEqual(said);
    expect(await differing()).toEqual([]);
  });

  it('lets the write-filter meet a turn again, which changes nothing when it was applied', async () => {
    const said = await world.said('eve', 'likes tea number 5');
    const id = await letterOf('write-filter', TOPICS.turns.name, said.sourceId);
    const before = await world.living('eve');
    expect(await outcomes(id)).toEqual(['redriven']);
    await world.world.drained();
    expect(await world.living('eve')).toEqual(before);
    expect(await differing()).toEqual([]);
  });

  it('is refused of what an erased user had said before the enrolment, and lets none of it rest longer', async () => {
    const said = await world.said('gus', 'likes tea number 7');
    const turn = await letterOf('write-filter', TOPICS.turns.name, said.sourceId);
    const memory = await letterOf('embedder', TOPICS.memories.name, keyOf(said));
    const { keyring, stores } = world.world.engines;
    const { subjectRegistry: registry, log } = stores;
    const subject = subjectRef(said.tenantId, said.subjectId);
    const { epoch } = await registry.fence(subject);
    await registry.destroyKey(subject, epoch);
    await registry.enrol(await keyring.newSubject(said.tenantId, said.subjectId));
    const ends = await log.endOffsets(TOPICS.turns.name);
    expect(await outcomes(turn, memory)).toEqual(['erased', 'erased']);
    expect(await log.endOffsets(TOPICS.turns.name)).toEqual(ends);
  });

  it('is refused of somebody who was erased, and of what is not there', async () => {
    const said = await world.said('fay', 'likes tea number 6');
    const id = await letterOf('embedder', TOPICS.memories.name, keyOf(said));
    const { registry } = { registry: world.world.engines.stores.subjectRegistry };
    await registry.fence({ tenantId: said.tenantId, subjectId: said.subjectId } as Parameters<
      typeof registry.fence
    >[0]);
    expect(await outcomes(id, '0-99999')).toEqual(['erased', 'not-found']);
    await expect(redrive.redrive(['nowhere'], 'operator')).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(
      redrive.redrive(
        Array.from({ length: 201 }, () => id),
        'operator',
      ),
    ).rejects.toMatchObject({
      code: 'limit-exceeded',
    });
  });
});
