import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@mneme/client';
import { type Running, startStandalone } from './standalone-process.js';

const DAY_MS = 86_400_000;

/** The service with a clock that runs so many days ahead. */
export function startAhead(directory: string, days: number, env: Record<string, string> = {}): Promise<Running> {
  const preload = new URL('./clock-ahead.mjs', import.meta.url);
  return startStandalone(directory, { MNEME_TEST_CLOCK_AHEAD_MS: String(days * DAY_MS), ...env }, { preload });
}

/** One turn of a user, as a request has it. */
export function turnOf(userId: string, content: string, given: { speakerName?: string } = {}) {
  return { userId, session: 's', role: 'user', content, toolCalls: [], ...given };
}

/** Sends turns and waits until they can be found. */
export async function ingested({ agent }: Running, turns: readonly ReturnType<typeof turnOf>[]): Promise<void> {
  for (let at = 0; at < turns.length; at += 500) {
    const { token } = await agent.ingest.ingestTurns({ turns: turns.slice(at, at + 500) });
    const [first] = turns as [ReturnType<typeof turnOf>];
    const waitFor = { token, timeoutMs: 30_000 };
    await agent.retrieval.listMemories({ userId: first.userId, filters: [], waitFor });
  }
}

/** Every memory of a user that can be listed. */
export async function memoriesOf({ agent }: Pick<Running, 'agent'>, userId: string) {
  const found = [];
  let cursor: string | undefined;
  do {
    const page = await agent.retrieval.listMemories({ userId, filters: [], pageSize: 200, cursor });
    found.push(...page.memories);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

/** A tenant of its own with a key that may do everything. */
export async function anotherTenant({ operator, grpc }: Running, tenantId: string) {
  await operator.admin.createTenant({ tenantId });
  const rights = ['ingest', 'recall', 'on-behalf-of', 'publish', 'erase', 'admin'];
  const { secret } = await operator.admin.createKey({ tenantId, agentId: 'all', teamIds: [], rights });
  return connect({ address: grpc, apiKey: secret });
}

export async function until(what: string, holds: () => Promise<boolean>, msMax = 60_000): Promise<void> {
  for (const endMs = performance.now() + msMax; performance.now() < endMs; await sleep(50)) if (await holds()) return;
  throw new Error(`${what}: not in ${msMax} ms`);
}

/** A policy of the tenant in use, changed. */
export function changePolicy({ agent }: Pick<Running, 'agent'>, patch: object) {
  return agent.admin.setPolicy({ policyJson: JSON.stringify(patch) });
}

export async function auditEnded({ agent }: Pick<Running, 'agent'>, auditId: string, state: string) {
  await until(`the audit is ${state}`, async () => {
    const audit = await agent.maintenance.getAudit({ auditId });
    if (audit.state === 'failed') throw new Error(`the audit failed: ${audit.failure ?? ''}`);
    return audit.state === state;
  });
  return agent.maintenance.getAudit({ auditId });
}
