import { describe, expect, it } from '@jest/globals';
import type { MemoryId, TenantId } from '@mneme/events';
import type { SurveyedMemory } from '@mneme/domain';
import type { MemorySurvey, Webhook } from '@mneme/ports';
import { Logger } from '@mneme/platform';
import { DEFAULT_MAINTENANCE_CONFIG } from '../maintenance.config.js';
import type { Asked } from './ask-webhook.js';
import { Slots } from './slots.js';
import { VerifyCritical } from './verify-critical.js';
import type { Webhooks } from './webhooks.js';

const CONFIG = { ...DEFAULT_MAINTENANCE_CONFIG.webhook, restMs: 1_000, roundMemoriesMax: 5 };

/** Tenants with so many memories due each, and what is asked of which. */
function world(due: Readonly<Record<string, number>>, answer: (memory: SurveyedMemory) => Promise<Asked>) {
  const asked: string[] = [];
  const underWay = new Map<string, number>();
  const most = { tenant: 0, memory: 0 };
  const time = { nowMs: 0 };
  const memories = (tenantId: string) =>
    Array.from({ length: due[tenantId] ?? 0 }, (_, i) => ({
      tenantId: tenantId as TenantId,
      memoryId: `${tenantId}-${i}` as MemoryId,
      version: 1,
      reviewByMs: i,
    })) as SurveyedMemory[];
  const survey = { surveyDue: async ({ tenantId }) => memories(tenantId) } as Pick<MemorySurvey, 'surveyDue'>;
  const webhooks = {
    list: async () => Object.keys(due).map((tenantId) => ({ tenantId: tenantId as TenantId }) as Webhook),
  };
  const asker = {
    ask: async (memory: SurveyedMemory) => {
      asked.push(memory.memoryId);
      for (const name of ['tenant', 'memory'] as const) {
        const key = name === 'tenant' ? memory.tenantId : memory.memoryId;
        underWay.set(key, (underWay.get(key) ?? 0) + 1);
        most[name] = Math.max(most[name], underWay.get(key) ?? 0);
      }
      try {
        return await answer(memory);
      } finally {
        for (const key of [memory.tenantId, memory.memoryId]) underWay.set(key, (underWay.get(key) ?? 0) - 1);
      }
    },
  };
  const verify = new VerifyCritical(
    {
      webhooks: webhooks as unknown as Webhooks,
      survey: survey as MemorySurvey,
      asker,
      clock: { nowMs: () => time.nowMs },
      logger: new Logger('silent'),
    },
    CONFIG,
  );
  return { verify, asked, most, time };
}

describe('verification', () => {
  it('asks for each memory once, two at a time, so many of a look, and again after its rest', async () => {
    const { verify, asked, most, time } = world({ a: 7 }, async () => 'unknown');
    await verify.look();
    await verify.idle();
    expect(new Set(asked).size).toBe(5);
    await verify.look();
    await verify.idle();
    expect([asked.length, new Set(asked).size, most]).toEqual([7, 7, { tenant: 2, memory: 1 }]);
    time.nowMs = 999;
    await verify.look();
    await verify.idle();
    expect(asked).toHaveLength(7);
    time.nowMs = 1_000;
    await verify.look();
    await verify.idle();
    expect(asked).toHaveLength(12);
  });

  it('leaves a tenant alone whose webhook fails, and goes on for the others', async () => {
    const { verify, asked, time } = world({ a: 5, b: 5 }, async ({ tenantId }) =>
      tenantId === 'a' ? 'timeout' : 'confirm',
    );
    await verify.look();
    await verify.idle();
    const of = (tenant: string) => asked.filter((memoryId) => memoryId.startsWith(tenant)).length;
    expect(of('b')).toBe(5);
    const failed = of('a');
    expect(failed).toBeLessThan(5);
    await verify.look();
    await verify.idle();
    expect(of('a')).toBe(failed);
    time.nowMs = 1_000;
    await verify.look();
    await verify.idle();
    expect(of('a')).toBeGreaterThan(failed);
  });

  it('is not held up by a webhook that hangs, and opens no second lane for it', async () => {
    const hanging: (() => void)[] = [];
    const { verify, asked, most } = world({ a: 5, b: 2 }, ({ tenantId }) =>
      tenantId === 'b' ? Promise.resolve('confirm') : new Promise((resolve) => hanging.push(() => resolve('timeout'))),
    );
    for (let look = 0; look < 5; look += 1) await verify.look();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.filter((memoryId) => memoryId.startsWith('b'))).toHaveLength(2);
    expect(asked.filter((memoryId) => memoryId.startsWith('a'))).toHaveLength(2);
    expect(most.memory).toBe(1);
    const stopped = verify.stop();
    for (const end of hanging.splice(0)) end();
    await stopped;
  });
});

describe('slots', () => {
  it('are held by so many at once, in the order in which they came', async () => {
    const slots = new Slots(2);
    const never = new AbortController().signal;
    const order: number[] = [];
    let [now, most] = [0, 0];
    const work = (at: number) => async () => {
      order.push(at);
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      if (at === 3) throw new Error('work');
    };
    const all = await Promise.allSettled(Array.from({ length: 9 }, (_, at) => slots.hold(work(at), never)));
    expect([order, most]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8], 2]);
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  it('are not taken by who has been called off', async () => {
    const slots = new Slots(1);
    const [never, ending] = [new AbortController().signal, new AbortController()];
    let free = () => {};
    const first = slots.hold(() => new Promise<void>((resolve) => (free = resolve)), never);
    const waiting = slots.hold(async () => 'ran', ending.signal);
    const last = slots.hold(async () => 'last', never);
    ending.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    free();
    await first;
    expect(await last).toBe('last');
  });
});
