import { status } from '@grpc/grpc-js';
import type {
  BuildContextResponse,
  ErasureReport,
  GetStatusResponse,
  IngestTurnsRequest,
  InitSessionResponse,
  Memory,
  Turn,
} from '@mneme/proto';
import { failureOf, type StubHandlers } from './stub-service.js';

const AT = '2026-01-01T00:00:00.000Z';

/** What a stub has taken in, and its handlers: enough of a memory service for a whole measurement. */
export interface StubMemory {
  readonly handlers: StubHandlers;
  readonly turns: readonly Turn[];
  readonly policies: readonly string[];
}

/** Keeps turns in memory; a recall gives the user's turns that share a word with the question, most words first. */
export function stubMemory(): StubMemory {
  const turns: Turn[] = [];
  const policies: string[] = [];
  const handlers: StubHandlers = {
    ingest: ingestInto(turns),
    retrieval: retrievalFrom(turns),
    erasure: {
      eraseUser: (_call, callback) => callback(null, erasureOf(['requested'])),
      getErasure: (_call, callback) => callback(null, erasureOf(['requested', 'fenced', 'enumerated', 'verified'])),
    },
    admin: adminOver(policies),
  };
  return { handlers, turns, policies };
}

function ingestInto(turns: Turn[]): StubHandlers['ingest'] {
  const take = (request: IngestTurnsRequest) => {
    turns.push(...request.turns);
    return { turnIds: request.turns.map(turnIdOf), token: `t${turns.length}`, idempotencyKey: 'k', repeatedCount: 0 };
  };
  return {
    ingestTurns: (call, callback) => callback(null, take(call.request)),
    streamTurns: (call) => {
      call.on('data', (request: IngestTurnsRequest) => call.write({ accepted: take(request) }));
      call.on('end', () => call.end());
    },
  };
}

function retrievalFrom(turns: readonly Turn[]): StubHandlers['retrieval'] {
  const memoriesOf = (userId: string | undefined) => turns.filter((turn) => turn.userId === userId).map(memoryOf);
  return {
    recall: ({ request }, callback) => {
      const hits = rankedBy(request.question, memoriesOf(request.userId)).slice(0, request.limit ?? 10);
      const dropped = [{ reason: 'below-threshold', count: 1 }];
      callback(null, {
        hits,
        freshness: 'current',
        failedTurnIds: [],
        legs: [],
        dropped,
        considered: turns.length,
        recallId: '',
        facts: [],
      });
    },
    listMemories: ({ request }, callback) => {
      const from = Number(request.cursor ?? 0);
      const to = from + (request.pageSize ?? 50);
      const all = memoriesOf(request.userId);
      const more = to < all.length ? { nextCursor: String(to) } : {};
      callback(null, { memories: all.slice(from, to), freshness: 'none', ...more });
    },
    initSession: (_call, callback) => callback(null, START),
    getSession: (_call, callback) => callback(null, { turns: [] }),
    buildContext: (_call, callback) => callback(null, CONTEXT),
    getMemory: ({ request }, callback) => {
      const found = memoriesOf(request.userId).find(({ memoryId }) => memoryId === request.memoryId);
      if (found === undefined) callback(failureOf({ code: 'not-found', message: 'no memory' }, status.NOT_FOUND));
      else callback(null, found);
    },
  };
}

function adminOver(policies: string[]): StubHandlers['admin'] {
  const tenantOf = (tenantId: string) => ({ tenantId, purpose: 'standard', createdAt: AT, policyJson: '{}' });
  return {
    createTenant: ({ request }, callback) => callback(null, tenantOf(request.tenantId)),
    setPolicy: ({ request }, callback) => {
      policies.push(request.policyJson);
      callback(null, tenantOf(request.tenantId ?? ''));
    },
    createKey: ({ request }, callback) => {
      const { agentId, rights, tenantId = '' } = request;
      const key = { keyId: '0123456789abcdef', tenantId, agentId, rights, createdAt: AT, boundToUser: false };
      callback(null, { key, secret: 'mneme_0123456789abcdef_secret' });
    },
    getStatus: (_call, callback) => callback(null, STATUS),
  };
}

const START: InitSessionResponse = {
  about: [],
  preferences: [],
  projects: [],
  constraints: [],
  turns: [],
  freshness: 'none',
  failedTurnIds: [],
};

const CONTEXT: BuildContextResponse = {
  text: 'text',
  role: 'user',
  items: [{ part: 'memory', id: 'm', tokens: 20 }],
  parts: [],
  leftOut: [],
  cost: {
    model: 'stub',
    countedBy: 'estimate',
    tokens: 40,
    budgetTokens: 4_000,
    priceUsd: 0.0001,
    replayTurns: 0,
    replayTokens: 0,
    replayPriceUsd: 0,
    replayIsWhole: true,
    pricedOn: '2026-01-01',
  },
  freshness: 'none',
  failedTurnIds: [],
  legs: [],
  dropped: [],
};

const STATUS: GetStatusResponse = {
  version: '0.1.0',
  uptimeS: 1,
  rssBytes: 100 * 1024 * 1024,
  dataDirectory: '/data',
  lags: [],
  embeddingModels: [],
  counters: [],
  diskBytes: 1_000,
};

function turnIdOf(turn: Turn): string {
  return `turn:${turn.idempotencyKey ?? turn.content}`;
}

function rankedBy(question: string, memories: readonly Memory[]) {
  const words = new Set(question.toLowerCase().split(/\W+/));
  return memories
    .map((memory) => ({
      memory,
      score: memory.text
        .toLowerCase()
        .split(/\W+/)
        .filter((word) => words.has(word)).length,
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ memory, score }) => ({ memory, score, similarity: 0.9, explanation: undefined, superseded: false }));
}

function memoryOf(turn: Turn): Memory {
  const turnId = turnIdOf(turn);
  return {
    memoryId: `memory:${turnId}`,
    version: '1',
    kind: 'episode',
    text: turn.content,
    session: turn.session,
    scope: 'user',
    flags: [],
    sourceClass: 'user',
    trust: 0.9,
    confidence: 0.9,
    importance: 'normal',
    occurredAt: turn.occurredAt ?? AT,
    recordedAt: AT,
    turnIds: [turnId],
    ...(turn.speakerName === undefined ? {} : { speakerName: turn.speakerName }),
  };
}

function erasureOf(steps: readonly string[]): ErasureReport {
  const done = steps.at(-1) === 'verified';
  return {
    erasureId: 'e1',
    step: steps.at(-1) ?? '',
    done,
    legalBasis: 'gdpr-17',
    requestedBy: 'k',
    requestedAt: AT,
    dueAt: AT,
    epoch: 2,
    steps: steps.map((step) => ({ step, takenAt: AT, counts: [{ place: 'catalogue', count: 3 }], barrier: {} })),
    outOfReach: [],
    ...(done ? { verdict: 'clean' } : {}),
  };
}
