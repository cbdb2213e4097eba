import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { counterOf, ProcessWatch } from './process-watch.js';

const opened: { close(): unknown }[] = [];
afterEach(() => void opened.splice(0).forEach((one) => one.close()));

const isLinux = process.platform === 'linux';

describe('ProcessWatch', () => {
  it('tells the memory and the processor time of a process, and nothing of one that is not there', async () => {
    const watch = new ProcessWatch([
      { name: 'self', pid: process.pid },
      { name: 'nobody', pid: 4_194_305 },
    ]);
    await sleep(200);
    // Work by the processor's own clock: on a busy machine seconds on the wall say little.
    for (const begin = process.cpuUsage(); process.cpuUsage(begin).user < 300_000;);
    const uses = await watch.result();
    watch.stop();
    expect(uses.map(({ name }) => name)).toEqual(isLinux ? ['self'] : []);
    for (const { peakBytes, cpuSeconds } of uses) {
      expect(peakBytes).toBeGreaterThan(10_000_000);
      expect(cpuSeconds).toBeGreaterThan(0.05);
    }
  });
});

describe('counterOf', () => {
  it('adds up a counter over labels and processes, and takes no other for it', async () => {
    const text =
      'facts_total{predicate="owns"} 3\nfacts_total{predicate="uses"} 4\nfacts_total_other 9\nplain_total 5\n';
    const server = createServer((_request, answer) => answer.end(text)).listen(0, '127.0.0.1');
    opened.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const http = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const processes = [
      { name: 'a', pid: 1, http },
      { name: 'b', pid: 2, http },
      { name: 'engine', pid: 3 },
    ];
    expect(await counterOf(processes, 'facts_total')).toBe(14);
    expect(await counterOf(processes, 'plain_total')).toBe(10);
    expect(await counterOf(processes, 'none_total')).toBe(0);
  });
});
