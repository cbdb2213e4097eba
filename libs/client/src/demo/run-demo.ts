import { randomBytes } from 'node:crypto';
import type { FactsResponse, InitSessionResponse, Turn } from '@mneme/proto';
import { connect, type Connection } from '../connect.js';
import { bearerOf } from '../fresh-tenant.js';
import type { Place } from '../place.js';
import { type DemoSession, type DemoTurn, occurredAtOf } from './conversation.js';
import type { DemoCost, DemoHandOff, DemoReport, DemoSessionReport } from './report.js';

export interface DemoOptions extends Place {
  readonly operatorKey: string;
  readonly sessions: readonly DemoSession[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
}

const USER = 'noor';
const TEAM = 'travel';
const [PLANNER, BOOKINGS] = ['planner', 'bookings'];
const RIGHTS = ['ingest', 'recall', 'on-behalf-of'];
const WAIT_MS = 20_000;
/** About a screen of text: what an agent would give to a question at its desk. */
const BUDGET_TOKENS = 500;
const DAY_MS = 86_400_000;
const NOTE = 'Two nights in Rotterdam, Monday to Wednesday evening. The seats are chosen; only the payment is left.';
const STATE = { task: 'book the third trip', done: ['dates', 'flights'], left: ['pay'] };
const QUESTION = 'Which seat does Noor want, and where does the trip start?';

interface Desk {
  readonly tenantId: string;
  readonly planner: Connection;
  readonly bookings: Connection;
}

/**
 * Plays a conversation of several sessions to a running service, in a tenant made for it, as a desk of two agents would:
 * a context before each answer, an end to each session but the last, which goes from one agent to the other.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { operatorKey } = options;
  const operator = connect({ ...options, apiKey: operatorKey });
  const desk = await openDesk(operator, options).finally(() => operator.close());
  try {
    return await play(desk, options);
  } finally {
    desk.planner.close();
    desk.bookings.close();
  }
}

async function openDesk(operator: Connection, { signal }: DemoOptions): Promise<Desk> {
  const tenantId = `demo-${randomBytes(6).toString('hex')}`;
  await operator.admin.createTenant({ tenantId });
  await operator.organisation.createTeam({ tenantId, teamId: TEAM });
  const agentOf = async (agentId: string) => {
    await operator.organisation.createAgent({ tenantId, agentId, teamIds: [TEAM] });
    const created = await operator.admin.createKey({ tenantId, agentId, teamIds: [TEAM], rights: RIGHTS });
    return connect({ ...operator.place, apiKey: bearerOf(created), signal });
  };
  return { tenantId, planner: await agentOf(PLANNER), bookings: await agentOf(BOOKINGS) };
}

async function play(desk: Desk, { sessions, onProgress }: DemoOptions): Promise<DemoReport> {
  const nowMs = Date.now();
  const total = sessions.reduce((sum, { turns }) => sum + turns.length, 0);
  const reports: DemoSessionReport[] = [];
  let model = { name: '', pricedOn: '' };
  let replayedTokens = 0;
  let done = 0;
  for (const [at, session] of sessions.entries()) {
    const meter = new CostMeter(replayedTokens);
    const token = await say(desk.planner, session, {
      nowMs,
      meter,
      onTurn: () => onProgress?.('turns', ++done, total),
    });
    replayedTokens = meter.replayed;
    model = meter.model;
    const isOver = at < sessions.length - 1;
    reports.push(await reportOf(desk.planner, session, { token, isOver, cost: meter.cost }));
  }
  const last = sessions.at(-1)?.name ?? '';
  const handOff = await handOver(desk, last);
  const context = await desk.bookings.retrieval.buildContext(asked(QUESTION, last));
  return {
    tenantId: desk.tenantId,
    user: USER,
    sessions: reports,
    preferences: await preferencesOf(desk.bookings, nowMs - ((sessions[0]?.daysAgo ?? 0) - 1) * DAY_MS),
    handOff,
    question: QUESTION,
    context: context.text,
    model: model.name,
    pricedOn: model.pricedOn,
    total: totalOf(reports.map(({ cost }) => cost)),
  };
}

/** Sends a session turn by turn; before each answer to the user a context is built, and its cost noted. */
async function say(
  agent: Connection,
  { name, turns }: DemoSession,
  { nowMs, meter, onTurn }: { readonly nowMs: number; readonly meter: CostMeter; readonly onTurn: () => void },
): Promise<string> {
  const last = turns.at(-1) as DemoTurn;
  let token = '';
  for (const turn of turns) {
    ({ token } = await agent.ingest.ingestTurns({ turns: [ingested(turn, occurredAtOf(turn, { nowMs, last }))] }));
    if (turn.role === 'user') {
      const waitFor = { token, timeoutMs: WAIT_MS };
      const context = { ...asked(turn.content, name), waitFor };
      meter.note(await agent.retrieval.buildContext(context));
    }
    onTurn();
  }
  return token;
}

function asked(question: string, session: string) {
  return { question, userId: USER, session, filters: [], budgetTokens: BUDGET_TOKENS };
}

function ingested({ session, role, content, speakerName }: DemoTurn, occurredAt: string): Turn {
  const named = speakerName === undefined ? {} : { speakerName };
  return { userId: USER, session, role, content, occurredAt, toolCalls: [], ...named };
}

/** Adds up what the contexts of a session cost, and what a replay of everything would have. */
class CostMeter {
  cost: DemoCost = { calls: 0, contextTokens: 0, replayTokens: 0, contextUsd: 0, replayUsd: 0 };
  model = { name: '', pricedOn: '' };
  /** Tokens of all that was said up to now. */
  replayed: number;

  constructor(private readonly before: number) {
    this.replayed = before;
  }

  note({ cost }: Awaited<ReturnType<Connection['retrieval']['buildContext']>>): void {
    if (cost === undefined) return;
    const { calls, contextTokens, replayTokens, contextUsd, replayUsd } = this.cost;
    const usdPerToken = cost.tokens === 0 ? 0 : cost.priceUsd / cost.tokens;
    this.replayed = this.before + cost.replayTokens;
    this.model = { name: cost.model, pricedOn: cost.pricedOn };
    this.cost = {
      calls: calls + 1,
      contextTokens: contextTokens + cost.tokens,
      replayTokens: replayTokens + this.replayed,
      contextUsd: contextUsd + cost.priceUsd,
      replayUsd: replayUsd + this.replayed * usdPerToken,
    };
  }
}

async function reportOf(
  agent: Connection,
  { name, daysAgo, turns }: DemoSession,
  { token, isOver, cost }: { readonly token: string; readonly isOver: boolean; readonly cost: DemoCost },
): Promise<DemoSessionReport> {
  const ended = isOver ? await agent.sessions.endSession({ session: name, userId: USER }) : undefined;
  const waitFor = { token: ended?.token ?? token, timeoutMs: WAIT_MS };
  const started = await agent.retrieval.initSession({ userId: USER, waitFor });
  const filters = [{ field: 'session', op: 'in', values: [name] }];
  const { memories } = await agent.retrieval.listMemories({ userId: USER, filters, pageSize: 200, waitFor });
  const kept: Record<string, number> = {};
  for (const { kind } of memories) kept[kind] = (kept[kind] ?? 0) + 1;
  const summary = memories.find(({ kind }) => kind === 'summary')?.text ?? '';
  return { name, daysAgo, turns: turns.length, kept, profile: profileOf(started), summary, cost };
}

function profileOf({ about, preferences, projects, constraints }: InitSessionResponse) {
  const parts = { about, preferences, projects, constraints };
  return Object.fromEntries(Object.entries(parts).map(([name, facts]) => [name, sentencesOf(facts)]));
}

async function handOver({ planner, bookings }: Desk, session: string): Promise<DemoHandOff> {
  const stateJson = JSON.stringify(STATE);
  const given = { session, userId: USER, toAgent: BOOKINGS as string, note: NOTE, stateJson };
  const { resumeToken } = await planner.sessions.handOff(given);
  const resumed = await bookings.sessions.resume({ resumeToken });
  const memories = [...resumed.sessionMemories, ...resumed.teamMemories].map(({ text }) => text);
  return {
    from: resumed.handOff?.fromAgent ?? '',
    to: resumed.handOff?.toAgent ?? '',
    note: resumed.handOff?.note ?? '',
    stateJson: resumed.task?.stateJson ?? '',
    turns: resumed.turns.length,
    memories,
  };
}

async function preferencesOf({ retrieval }: Connection, thenMs: number) {
  const asked = { userId: USER, entities: [], predicates: ['prefers', 'avoids'] };
  const then = await retrieval.asOf({ ...asked, validAt: new Date(thenMs).toISOString() });
  return { then: sentencesOf(then.facts), now: sentencesOf((await retrieval.asOf(asked)).facts) };
}

function sentencesOf(facts: FactsResponse['facts']): string[] {
  return facts.map(({ memory }) => memory?.text ?? '').filter((text) => text !== '');
}

function totalOf(costs: readonly DemoCost[]): DemoReport['total'] {
  const sum = (of: (cost: DemoCost) => number) => costs.reduce((all, cost) => all + of(cost), 0);
  const contextTokens = sum((cost) => cost.contextTokens);
  const replayTokens = sum((cost) => cost.replayTokens);
  return {
    calls: sum((cost) => cost.calls),
    contextTokens,
    replayTokens,
    contextUsd: sum((cost) => cost.contextUsd),
    replayUsd: sum((cost) => cost.replayUsd),
    savedShare: replayTokens === 0 ? 0 : 1 - contextTokens / replayTokens,
  };
}
