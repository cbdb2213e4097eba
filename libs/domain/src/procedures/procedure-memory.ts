import type {
  CommandGiven,
  KnownProcedure,
  MemoryContent,
  MemoryDerived,
  MemoryId,
  ProcedureStep,
  SessionKey,
  SourceId,
  ToldProcedure,
  TurnContent,
  TurnReceived,
} from '@mneme/events';
import type { UnsealedMemory } from '../episode.js';
import { Corrupt } from '../errors.js';
import { normalisedName } from '../facts/normalised-name.js';
import { memoryIdOf } from '../ids.js';
import type { TenantPolicy } from '../policy.js';
import { type DataKeys, keyedHash } from '../sealing.js';
import { instantOf } from '../time.js';
import { confidenceOf, lifespanOf } from '../worth.js';
import { runConfidenceOf, UNTOLD_PRIOR } from './run-confidence.js';

/** Runs whose turns a procedure names as its parents, the last ones. */
export const RUNS_NAMED_MAX = 32;
/**
 * Versions of a procedure that live: each tells all that the ones before it told, so that the older ones only say to whoever
 * has seen one that another came since.
 */
export const PROCEDURE_VERSIONS_MAX = 16;

/** Something that says how a task is done: a command, or the end of a run. */
export interface ProcedureCause {
  readonly memory: Omit<
    UnsealedMemory,
    'memoryId' | 'sessionKey' | 'sourceId' | 'confidence' | 'derivedFrom' | 'content' | 'expiresAt' | 'reviewBy'
  >;
  /** The turn or command. */
  readonly causeId: string;
  readonly told: ToldProcedure;
  readonly succeeded: 0 | 1;
  readonly failed: 0 | 1;
  /** Of a procedure that was told; a run leaves the prior as it is. */
  readonly prior?: number;
}

type Shared = Pick<TurnReceived, 'tenantId' | 'subjectId' | 'epoch' | 'recordedAt' | 'sourceClass' | 'trust'>;

/** @throws Corrupt for a command that says nothing, or not where. */
export function procedureToldBy(
  command: CommandGiven,
  told: ToldProcedure | undefined,
  policy: TenantPolicy,
): ProcedureCause {
  const { place, commandId, agentId, recordedAt, sourceClass } = command;
  if (told === undefined || place === undefined)
    throw new Corrupt('a command tells half a procedure', { field: 'place' });
  const occurredAt = instantOf(Math.floor(recordedAt / 1_000));
  return {
    memory: { ...sharedOf(command), ...place, agentId, occurredAt },
    causeId: commandId,
    told,
    succeeded: 0,
    failed: 0,
    prior: confidenceOf(policy, { sourceClass }),
  };
}

/** Undefined for a turn that ends no run, or a run without a call. */
export function procedureRunIn(turn: TurnReceived, content: TurnContent): ProcedureCause | undefined {
  const { task, outcome, toolCalls = [] } = content;
  if (task === undefined || outcome === undefined || toolCalls.length === 0) return undefined;
  const { audience, departmentId, teamId, agentId, occurredAt } = turn;
  const steps = toolCalls.map((call): ProcedureStep => ({ tool: call.name, arguments: call.arguments }));
  return {
    memory: { ...sharedOf(turn), audience, departmentId, teamId, agentId, occurredAt },
    causeId: turn.turnId,
    told: { task, steps, outcome: content.content },
    succeeded: outcome === 'succeeded' ? 1 : 0,
    failed: outcome === 'failed' ? 1 : 0,
  };
}

/**
 * The id of the procedure that a cause is about. One procedure is one sequence of tools for one task, said to one
 * audience by one subject: another sequence for the same task is another procedure, with successes of its own.
 */
export function procedureIdOf(
  { memory, told }: ProcedureCause,
  keys: DataKeys,
): { memoryId: MemoryId; sourceId: SourceId } {
  const { tenantId, subjectId, audience, departmentId } = memory;
  const tools = told.steps.map(({ tool }) => tool);
  const named = JSON.stringify(['procedure', audience, departmentId ?? '', normalisedName(told.task), tools]);
  const sourceId = keyedHash(keys.value, named) as SourceId;
  return { memoryId: memoryIdOf({ tenantId, subjectId, sourceId, kind: 'procedure', ordinal: 0 }), sourceId };
}

export interface Before {
  readonly memory: MemoryDerived;
  readonly content: MemoryContent;
}

/**
 * The version of a procedure that a cause makes of the one before. Pure: the same before and cause give the same version. It
 * is the cause's instant, or right behind the one before: a run that was held and released, or that another process
 * accepted, can be older than what it adds to.
 */
export function procedureVersionOf(
  cause: ProcedureCause,
  {
    keys,
    before,
    policy,
  }: { readonly keys: DataKeys; readonly before: Before | undefined; readonly policy: TenantPolicy },
): UnsealedMemory {
  const { memoryId, sourceId } = procedureIdOf(cause, keys);
  const { sourceClass, recordedAt, trust } = cause.memory;
  const procedure = procedureOf(cause, before?.content.procedure);
  const runs = [...(before?.memory.derivedFrom ?? []), cause.causeId];
  return {
    ...cause.memory,
    version: Math.max(recordedAt, (before?.memory.version ?? 0) + 1),
    memoryId,
    sourceId,
    // Of no conversation: it is nobody's neighbour there.
    sessionKey: sourceId as string as SessionKey,
    trust: Math.min(trust, before?.memory.trust ?? 1),
    importance: before?.memory.importance ?? 'normal',
    confidence: runConfidenceOf(procedure),
    ...lifespanOf(policy, { kind: 'procedure', sourceClass, recordedAt }),
    derivedFrom: runs.slice(-RUNS_NAMED_MAX),
    content: { text: procedureTextOf(procedure), session: '', procedure },
  };
}

// A run that failed is no example to follow: the steps of the last one that succeeded, or was told, stay.
function procedureOf(cause: ProcedureCause, before: KnownProcedure | undefined): KnownProcedure {
  const told = cause.failed === 1 && before !== undefined ? before : cause.told;
  return {
    task: told.task,
    steps: told.steps,
    outcome: told.outcome,
    succeeded: (before?.succeeded ?? 0) + cause.succeeded,
    failed: (before?.failed ?? 0) + cause.failed,
    prior: cause.prior ?? before?.prior ?? UNTOLD_PRIOR,
  };
}

/** Task, steps with their tools, outcome, and how it went so far. */
function procedureTextOf({ task, steps, outcome, succeeded, failed }: KnownProcedure): string {
  const lines = steps.map(({ tool, arguments: given, note }, i) =>
    [`${i + 1}. ${tool}`, given ?? '', note === undefined ? '' : `(${note})`].filter((part) => part !== '').join(' '),
  );
  const runs = succeeded + failed === 0 ? [] : [`Runs: ${succeeded} succeeded, ${failed} failed`];
  return [`Task: ${task}`, ...lines, `Outcome: ${outcome}`, ...runs].join('\n');
}

function sharedOf({ tenantId, subjectId, epoch, recordedAt, sourceClass, trust }: Shared) {
  const [contributors, flags] = [[subjectId], ['procedure']];
  return {
    type: 'memory-derived',
    v: 1,
    version: recordedAt,
    tenantId,
    subjectId,
    epoch,
    contributors,
    kind: 'procedure',
    flags,
    sourceClass,
    trust,
    importance: 'normal',
    recordedAt,
  } as const;
}
