import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ScanGate } from './scan-gate.js';

function workLog() {
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () =>
    new Promise<void>((resolve) => {
      log.push(name);
      ends.set(name, resolve);
    });
  return { log, work, end: (name: string) => ends.get(name)?.() };
}

describe('scan gate', () => {
  it('runs a write at once when nothing scans', async () => {
    const ran: string[] = [];
    const write = new ScanGate().write(() => ran.push('write'));
    expect(ran).toEqual(['write']);
    await write;
  });

  it('lets scans run beside each other, and keeps writes out of them', async () => {
    const gate = new ScanGate();
    const { log, work, end } = workLog();
    const scans = [gate.scan(work('one')), gate.scan(work('two'))];
    const write = gate.write(work('write'));
    await nextTurn();
    expect(log).toEqual(['one', 'two']);
    end('one');
    await nextTurn();
    expect(log).toEqual(['one', 'two']);
    end('two');
    await nextTurn();
    expect(log).toEqual(['one', 'two', 'write']);
    end('write');
    await Promise.all([...scans, write]);
  });

  it('lets a write that waits go before the scans that came after it', async () => {
    const gate = new ScanGate();
    const { log, work, end } = workLog();
    const first = gate.scan(work('first'));
    const write = gate.write(work('write'));
    const late = gate.scan(work('late'));
    end('first');
    await nextTurn();
    expect(log).toEqual(['first', 'write']);
    end('write');
    await nextTurn();
    expect(log).toEqual(['first', 'write', 'late']);
    end('late');
    await Promise.all([first, write, late]);
  });

  it('is open again after work that failed', async () => {
    const gate = new ScanGate();
    const fails = () => Promise.reject(new Error('no'));
    await expect(gate.scan(fails)).rejects.toThrow('no');
    await expect(gate.write(fails)).rejects.toThrow('no');
    expect(await gate.scan(async () => gate.constructor.name)).toBe('ScanGate');
    expect(await gate.write(() => 7)).toBe(7);
  });
});
