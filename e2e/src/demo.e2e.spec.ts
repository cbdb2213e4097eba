import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { DemoReport } from '@mneme/client';

const MNEME = fileURLToPath(new URL('../../bin/mneme.js', import.meta.url));
const run = promisify(execFile);

describe('the demo', () => {
  it('remembers three sessions: a preference that changed, a hand-off, and what it cost', async () => {
    const { stdout } = await run(process.execPath, [MNEME, 'demo', '--own', '--json']);
    const report = JSON.parse(stdout) as DemoReport;
    expect(report.preferences).toEqual({ then: ['Noor likes aisle seats.'], now: ['Noor likes window seats.'] });
    const [first, second, third] = report.sessions;
    expect([first?.profile['about'], third?.profile['about']].map((about) => about?.[0])).toEqual([
      'Noor lives in Lisbon.',
      'Noor lives in Porto.',
    ]);
    for (const ended of [first, second]) expect(ended?.kept['summary']).toBe(1);
    expect(report.handOff).toMatchObject({ from: 'planner', to: 'bookings', turns: third?.turns });
    expect(JSON.parse(report.handOff.stateJson)).toHaveProperty('left', ['pay']);
    expect(report.context).toContain('Porto');
    expect(report.total.calls).toBe(20);
    // Once there is a history, a context costs less than all of it.
    expect(third?.cost.contextTokens).toBeLessThan((third?.cost.replayTokens ?? 0) / 2);
  }, 120_000);
});
