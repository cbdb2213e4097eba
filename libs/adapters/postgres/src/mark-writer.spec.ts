import { describe, expect, it } from '@jest/globals';
import type { TurnId } from '@mneme/events';
import type { TurnMark } from '@mneme/ports';
import { eventually } from '@mneme/testing';
import { DEFAULT_MARK_OPTIONS, MarkWriter, type MarkWriterOptions } from './mark-writer.js';

const marks = (...names: readonly string[]): TurnMark[] =>
  names.map((name) => ({ turnId: name as TurnId, recordedAt: 1, partition: 0, offset: 0 }));

function recorded(options: Partial<MarkWriterOptions>, failing: readonly string[] = []) {
  const written: string[][] = [];
  let release: () => void = () => undefined;
  const write = async (given: readonly TurnMark[]) => {
    written.push(given.map(({ turnId }) => turnId));
    if (given.some(({ turnId }) => failing.includes(turnId))) throw new Error('no');
    if (given[0]?.turnId === 'slow') await new Promise<void>((resolve) => (release = resolve));
  };
  const writer = new MarkWriter(write, { ...DEFAULT_MARK_OPTIONS, markDelayMs: 5, ...options });
  return { writer, written, release: () => release() };
}

describe('writer of marks', () => {
  it('gathers what comes within a while', async () => {
    const { writer, written } = recorded({});
    writer.add(marks('a'));
    writer.add(marks('b', 'c'));
    expect(written).toEqual([]);
    await eventually('they are written', () => written.length > 0);
    expect(written).toEqual([['a', 'b', 'c']]);
  });

  it('writes no more at once than a statement takes, and goes on after one that failed', async () => {
    const { writer, written } = recorded({ marksOfStatementMax: 2, markDelayMs: 60_000 }, ['a']);
    writer.add(marks('a', 'b', 'c', 'd', 'e'));
    await writer.flush();
    expect(written).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('holds as many as may wait while others are written, the last ones, and flushes them after those', async () => {
    const { writer, written, release } = recorded({ waitingMarksMax: 2 });
    writer.add(marks('slow'));
    await eventually('it is being written', () => written.length === 1);
    writer.add(marks('a', 'b', 'c'));
    const flushed = writer.flush();
    release();
    await flushed;
    expect(written).toEqual([['slow'], ['b', 'c']]);
  });
});
