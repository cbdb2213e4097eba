import { beforeEach, describe, expect, it } from '@jest/globals';
import { DeadLetteredV1, type SubjectId, TOPICS } from '@mneme/events';
import { InvalidInput, Timeout, Unavailable } from '@mneme/domain';
import fc from 'fast-check';
import { BEN, ANA, ConsumerWorld as World, FIRST_OFFSET, PARTITION, records, TENANT } from './consumer-world.js';

describe('the consumer runner', () => {
  let world: World;
  beforeEach(async () => {
    world = new World();
    await world.start();
  });

  it('handles a batch at once, finishes it, and commits past its last record after that', async () => {
    await world.give(records({ text: 'a' }, { text: 'b', subjectId: BEN }, { text: 'c' }));
    expect(world.happened).toEqual(['handle a,b,c', 'finish', 'commit 13']);
    expect(world.ends).toMatchObject([{ partition: PARTITION, nextOffset: 13, failed: [], refused: [] }]);
    expect(world.ends[0]?.handled.map(({ access }) => access?.state)).toEqual(['open', 'open', 'open']);
    expect(world.broken).toBeUndefined();
  });

  it.each([
    ['unavailable', new Unavailable('later')],
    ['storage-full', new Unavailable('later', {}, 'storage-full')],
    ['timeout', new Timeout('later')],
  ])('retries the whole batch in place while the error is transient: %s', async (code, error) => {
    world.onHandle = (_texts, attempt) => {
      if (attempt <= 20) throw error;
    };
    await world.give(records({ text: 'a' }, { text: 'b' }));
    expect(world.happened).toEqual([...Array<string>(20).fill(`retry ${code}`), 'handle a,b', 'finish', 'commit 12']);
    expect(world.deadLetters).toEqual([]);
  });

  it('costs a record with a permanent error itself alone, and tells the end of it', async () => {
    world.onHandle = (texts) => {
      if (texts.includes('bad')) throw new InvalidInput('no');
    };
    const given = records({ text: 'a' }, { text: 'bad', subjectId: BEN }, { text: 'c' });
    await world.give(given);
    expect([...world.store]).toEqual(['a', 'c']);
    expect(world.ends[0]?.failed.map(({ text }) => text)).toEqual(['bad']);
    expect(world.ends[0]?.handled.map(({ event }) => event.text)).toEqual(['a', 'c']);
    expect(world.happened.at(-1)).toBe('commit 13');
    const [letter, ...more] = world.deadLetters;
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ topic: TOPICS.deadLetters.name, partition: PARTITION, subjectId: BEN });
    const event = DeadLetteredV1.parse(JSON.parse(letter?.value ?? ''));
    expect(event).toMatchObject({
      group: 'tests',
      offset: 11,
      code: 'invalid-input',
      tenantId: TENANT,
      subjectId: BEN,
    });
    expect(Buffer.from(event.value ?? '', 'base64').toString()).toBe(given[1]?.value);
  });

  it('sends what does not parse to the dead letters without quoting it, and goes on', async () => {
    await world.give(records('no JSON: I live in Lisbon', { text: 'b' }));
    expect([...world.store]).toEqual(['b']);
    expect(world.deadLetters.map(({ value }) => DeadLetteredV1.parse(JSON.parse(value ?? '')).code)).toEqual([
      'corrupt',
    ]);
    expect(JSON.stringify(world.deadLetters)).not.toContain('Lisbon');
    expect(world.ends[0]?.failed).toEqual([]);
    expect(world.happened.at(-1)).toBe('commit 12');
  });

  it.each([
    ['what nobody has classified as often as is allowed', new Error('what is this'), 3],
    ['a broken invariant once', new TypeError('undefined is not a function'), 1],
  ])('tries %s, then lets the record go', async (_what, error, attempts) => {
    let calls = 0;
    world.onHandle = () => {
      calls += 1;
      throw error;
    };
    await world.give(records({ text: 'a' }));
    expect([calls, world.deadLetters.length, world.happened.at(-1)]).toEqual([attempts, 1, 'commit 11']);
    expect(world.broken).toBeUndefined();
  });

  it('refuses records below the fence before they are handled, and says which', async () => {
    world.fenced.add(BEN);
    world.epochs.set(ANA, 2);
    const given = records({ text: 'old' }, { text: 'now', epoch: 2 }, { text: 'fenced', subjectId: BEN });
    await world.give(given);
    expect([...world.store]).toEqual(['now']);
    expect(world.ends[0]?.refused.map(({ text }) => text)).toEqual(['old', 'fenced']);
    expect(world.deadLetters).toEqual([]);
    expect(world.happened.at(-1)).toBe('commit 13');
  });

  it('does not commit before the finish has worked, however often that fails', async () => {
    let failures = 10;
    world.onFinish = () => {
      if ((failures -= 1) >= 0) throw failures % 2 === 0 ? new InvalidInput('permanent') : new Unavailable('later');
    };
    await world.give(records({ text: 'a' }));
    const steps = world.happened.filter((what) => !what.startsWith('retry'));
    expect(steps).toEqual(['handle a', 'finish', 'commit 11']);
    expect(failures).toBe(-1);
  });

  it('does not go past a record whose dead letter cannot be written yet, nor lose a commit that fails', async () => {
    let failures = 3;
    world.onAppend = world.onCommit = () => {
      if ((failures -= 1) >= 0) throw new Unavailable('full', {}, 'storage-full');
    };
    await world.give(records('not JSON', { text: 'b' }));
    expect(world.deadLetters).toHaveLength(1);
    failures = 3;
    await world.give(records({ text: 'c' }));
    const steps = world.happened.filter((what) => !what.startsWith('retry'));
    expect(steps.slice(-3)).toEqual(['handle c', 'finish', 'commit 11']);
  });

  it.each([
    ['while it is retried', 3, new Unavailable('later')],
    ['in the middle of a call, which fails for good because of it', 1, new InvalidInput('stopped')],
  ])('lets go of a batch that is taken away %s: no commit, no dead letter', async (_when, last, error) => {
    const abort = new AbortController();
    world.onHandle = (_texts, attempt) => {
      if (attempt === last) abort.abort();
      throw error;
    };
    await world.give(records({ text: 'a' }, { text: 'b' }), abort.signal);
    expect(world.happened.filter((what) => !what.startsWith('retry'))).toEqual([]);
    expect([world.deadLetters, world.ends, world.broken]).toEqual([[], [], undefined]);
  });

  it('accounts for every record once, and always commits, whatever the records are like', async () => {
    const kind = fc.constantFrom('good', 'bad', 'unreadable', 'fenced', 'fenced-meanwhile');
    const property = fc.asyncProperty(fc.array(kind, { minLength: 1, maxLength: 12 }), async (kinds) => {
      world = new World();
      await world.start();
      const subjectOf = (name: string) =>
        (name === 'fenced' ? 'c' : name === 'good' ? 'a' : 'd').repeat(64) as SubjectId;
      for (const name of ['fenced', 'fenced-meanwhile']) world.epochs.set(subjectOf(name), 1);
      world.fenced.add(subjectOf('fenced'));
      world.onHandle = (texts) => {
        if (texts.some((text) => text.startsWith('bad'))) throw new InvalidInput('no');
        if (texts.some((text) => text.startsWith('fenced-meanwhile'))) world.fenced.add(subjectOf('fenced-meanwhile'));
      };
      const given = kinds.map((name, at) =>
        name === 'unreadable' ? name : { text: `${name} ${at}`, subjectId: subjectOf(name === 'bad' ? 'good' : name) },
      );
      await world.give(records(...given));
      const of = (name: string) => kinds.flatMap((one, at) => (one === name ? [`${name} ${at}`] : []));
      const [end] = world.ends;
      expect([...world.store].sort()).toEqual(of('good').sort());
      expect(end?.failed.map(({ text }) => text)).toEqual(of('bad'));
      expect(end?.refused.map(({ text }) => text)).toEqual(of('fenced'));
      expect(end?.handled.length).toBe(of('good').length + of('fenced-meanwhile').length);
      expect(world.deadLetters.length).toBe(of('bad').length + of('unreadable').length);
      expect(world.happened.at(-1)).toBe(`commit ${FIRST_OFFSET + kinds.length}`);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
