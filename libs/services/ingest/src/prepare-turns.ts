import { randomUUID } from 'node:crypto';
import type { SessionKey, SourceClass, SubjectId } from '@mneme/events';
import {
  Conflict,
  type IndexKeys,
  keyedHash,
  type Limits,
  type Principal,
  requireRight,
  sessionKeyOf,
  subjectIdOf,
  tenantSubjectIdOf,
  turnIdOf,
  Unavailable,
} from '@mneme/domain';
import type { Clock, Tenant } from '@mneme/ports';
import type { AuthGuard, Keyring, SubjectAccess } from '@mneme/platform';
import { refuseOverTenantLimits } from './tenant-limits.js';
import { audienceOf, userOf } from './turn-audience.js';
import { type OccurredAt, readOccurredAt } from './occurred-at.js';
import type { PreparedRequest, PreparedTurn } from './prepared-request.js';
import { type IngestInput, type IngestSchema, ingestSchema, parseIngest, type TurnInput } from './turn-schema.js';

const CLASS_OF_ROLE = { user: 'user', assistant: 'agent', tool: 'tool', system: 'system' } as const;

export interface PreparePorts {
  readonly guard: AuthGuard;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

/** What is known of a turn before its subject's keys are. */
interface Addressed {
  readonly input: TurnInput;
  readonly subjectId: SubjectId;
  readonly occurredAt: OccurredAt | undefined;
}

interface Context {
  readonly principal: Principal;
  readonly tenant: Tenant;
  readonly indexKeys: IndexKeys;
  readonly idempotencyKey: string;
  readonly sessionKeys: Map<string, SessionKey>;
}

/** Checks a whole request before anything of it is written, and gives each turn its subject, id and fingerprint. */
export class PrepareTurns {
  private readonly schema: IngestSchema;

  constructor(
    private readonly ports: PreparePorts,
    private readonly limits: Limits,
  ) {
    this.schema = ingestSchema(limits);
  }

  /**
   * @throws InvalidInput, LimitExceeded or Forbidden naming the turn; Conflict `subject-erased` when one of the users
   * is fenced.
   */
  async prepare(principal: Principal, request: unknown): Promise<PreparedRequest> {
    requireRight(principal, 'ingest');
    const input = parseIngest(this.schema, request);
    const { keyring, clock } = this.ports;
    const preparedAtMs = clock.nowMs();
    const { tenant, indexKeys } = await keyring.tenant(principal.tenantId);
    refuseOverTenantLimits(input, tenant.policy.limits);
    const addressed = this.address(principal, input, indexKeys);
    const subjectIds = [...new Set(addressed.map(({ subjectId }) => subjectId))];
    const accesses = await keyring.admit(principal.tenantId, subjectIds);
    const idempotencyKey = requestKeyOf(input);
    const context = { principal, tenant, indexKeys, idempotencyKey, sessionKeys: new Map<string, SessionKey>() };
    const turns = addressed.map((turn, i) => preparedTurn(turn, i, { ...context, access: openOf(accesses, turn, i) }));
    const { budgets } = tenant.policy;
    return { principal, turns, budgets, idempotencyKey: answeredKeyOf(input, idempotencyKey), preparedAtMs };
  }

  private address(principal: Principal, { turns }: IngestInput, indexKeys: IndexKeys): readonly Addressed[] {
    const nowMs = this.ports.clock.nowMs();
    const { clockAheadMsMax } = this.limits;
    const known = new Map<string | undefined, SubjectId>();
    return turns.map((input, index) => {
      const userId = userOf(this.ports.guard, principal, { input, index });
      let subjectId = known.get(userId);
      if (subjectId === undefined) {
        subjectId = userId === undefined ? tenantSubjectIdOf(indexKeys) : subjectIdOf(indexKeys, userId);
        known.set(userId, subjectId);
      }
      const { occurredAt } = input;
      const at = { index, nowMs, clockAheadMsMax };
      return { input, subjectId, occurredAt: occurredAt === undefined ? undefined : readOccurredAt(occurredAt, at) };
    });
  }
}

type Open = SubjectAccess & { readonly state: 'open' };

function openOf(accesses: ReadonlyMap<SubjectId, SubjectAccess>, { subjectId }: Addressed, index: number): Open {
  const access = accesses.get(subjectId);
  if (access?.state === 'open') return access;
  const detail = { field: `turns[${index}].userId`, index };
  if (access === undefined) throw new Unavailable('the keys of this user cannot be had now', detail);
  throw new Conflict('this user was erased; enrol the user to begin anew', detail, 'subject-erased');
}

function preparedTurn(turn: Addressed, index: number, context: Context & { readonly access: Open }): PreparedTurn {
  const { principal, tenant, access } = context;
  const { input, subjectId, occurredAt } = turn;
  const byRole = CLASS_OF_ROLE[input.role];
  const sourceClass = input.sourceClass ?? byRole;
  const named = input.idempotencyKey !== undefined;
  return {
    input,
    subjectId,
    occurredAt,
    sourceClass,
    trust: trustOf(tenant, sourceClass, byRole),
    turnId: turnIdOf({
      tenantId: principal.tenantId,
      subjectId,
      session: input.session,
      idempotencyKey: input.idempotencyKey ?? context.idempotencyKey,
      ordinal: named ? 0 : index,
    }),
    sessionKey: sessionOf(turn, context),
    audience: audienceOf(principal, input, subjectId),
    epoch: access.epoch,
    keys: access.keys,
    fingerprint: keyedHash(access.keys.fingerprint, payloadOf(principal, sourceClass, input)),
  };
}

// A caller may say that a text is worth less than its role suggests, never that it is worth more.
function trustOf({ policy }: Tenant, claimed: SourceClass, byRole: SourceClass): number {
  return Math.min(policy.trust[claimed], policy.trust[byRole]);
}

function sessionOf({ subjectId, input }: Addressed, { sessionKeys, indexKeys }: Context): SessionKey {
  const cached = `${subjectId}${input.session}`;
  let key = sessionKeys.get(cached);
  if (key === undefined) {
    key = sessionKeyOf(indexKeys, subjectId, input.session);
    sessionKeys.set(cached, key);
  }
  return key;
}

// Keys in ascending order and texts alone: JSON.stringify gives the canonical form (RFC 8785) at a quarter of the cost.
// What may be left out stands with its default, so that leaving it out changes nothing.
function payloadOf({ agentId }: Principal, sourceClass: SourceClass, input: TurnInput): string {
  const toolCalls = input.toolCalls?.map((call) => ({ arguments: call.arguments, id: call.id, name: call.name }));
  return JSON.stringify({
    agentId,
    content: input.content,
    occurredAt: input.occurredAt,
    outcome: input.outcome,
    role: input.role,
    scope: input.scope ?? 'user',
    session: input.session,
    sourceClass,
    speakerName: input.speakerName,
    task: input.task,
    teamId: input.teamId,
    toolCalls: toolCalls ?? [],
  });
}

function requestKeyOf({ idempotencyKey, turns }: IngestInput): string {
  if (idempotencyKey !== undefined) return idempotencyKey;
  return turns.every((turn) => turn.idempotencyKey !== undefined) ? '' : randomUUID();
}

// The only turn's own key names the request as well: sent as the request's key it gives the same turn id.
function answeredKeyOf({ turns }: IngestInput, requestKey: string): string {
  return requestKey === '' && turns.length === 1 ? (turns[0]?.idempotencyKey ?? '') : requestKey;
}
