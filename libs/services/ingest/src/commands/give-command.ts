import { randomUUID } from 'node:crypto';
import type { SubjectId } from '@mneme/events';
import { Conflict, type Limits, limitsFor, type Principal, requireRight, subjectIdOf } from '@mneme/domain';
import type { AcceptCommands, AcceptedCommands, AuthGuard, BudgetMeter, Metrics } from '@mneme/platform';
import { type CommandInput, type CommandSchema, commandSchema, parseCommand } from './command-schema.js';
import { refuseLongCommand, refusePoison, usageOfCommand } from './command-texts.js';
import { recordedProcedureOf } from './record-place.js';
import { type Asker, type Resolved, resolveCommand, type ResolvePorts, sourceClassOf } from './resolve-command.js';

export interface GiveCommandPorts extends ResolvePorts {
  readonly guard: AuthGuard;
  readonly acceptCommands: AcceptCommands;
  readonly budgets: BudgetMeter;
  readonly metrics: Metrics;
}

export interface CommandAnswer {
  readonly commandId: string;
  readonly token: string;
  readonly idempotencyKey: string;
  readonly repeated: boolean;
}

/** Takes one command in: checks who may, finds what it is about, and has it accepted. */
export class GiveCommand {
  private readonly schema: CommandSchema;

  constructor(
    private readonly ports: GiveCommandPorts,
    private readonly limits: Limits,
  ) {
    this.schema = commandSchema(limits);
  }

  /**
   * @throws InvalidInput, LimitExceeded, Forbidden, NotFound or Conflict naming the field; nothing of a refused command
   * was written.
   */
  async give(principal: Principal, request: unknown): Promise<CommandAnswer> {
    requireRight(principal, 'ingest');
    const input = parseCommand(this.schema, request);
    const { keyring, metrics } = this.ports;
    const { tenant } = await keyring.tenant(principal.tenantId);
    refuseLongCommand(input, limitsFor(this.limits, tenant.policy.limits));
    const asker = await this.askerOf(principal, input);
    refusePoison(input, { sourceClass: sourceClassOf(asker), policy: tenant.policy });
    const resolved =
      input.action === 'record-procedure'
        ? recordedProcedureOf(asker, input)
        : await resolveCommand(this.ports, asker, input);
    const idempotencyKey = input.idempotencyKey ?? randomUUID();
    const { commandIds, token, repeatedCount } = await this.accept(asker, { ...resolved, input, idempotencyKey });
    metrics.increment('mneme_commands_accepted_total', { action: input.action }, 1 - repeatedCount);
    return { commandId: commandIds[0] ?? '', token, idempotencyKey, repeated: repeatedCount > 0 };
  }

  private async askerOf(principal: Principal, { userId }: CommandInput): Promise<Asker> {
    const { guard, keyring } = this.ports;
    const { indexKeys } = await keyring.tenant(principal.tenantId);
    const user = guard.userFor(principal, userId);
    const subjectId = user === undefined ? undefined : subjectIdOf(indexKeys, user);
    if (subjectId !== undefined) await this.refuseFenced(principal, subjectId);
    return { principal, indexKeys, subjectId };
  }

  private async refuseFenced({ tenantId }: Principal, subjectId: SubjectId): Promise<void> {
    const access = (await this.ports.keyring.openFresh(tenantId, [subjectId])).get(subjectId);
    if (access?.state !== 'fenced') return;
    throw new Conflict('this user was erased; enrol the user to begin anew', { field: 'userId' }, 'subject-erased');
  }

  /** Counted before the write, and taken back for what it did not publish. */
  private async accept(asker: Asker, given: Given): Promise<AcceptedCommands> {
    const { budgets, keyring, acceptCommands } = this.ports;
    const { tenantId, agentId } = asker.principal;
    const { input, subjectId, wish, idempotencyKey } = given;
    const { tenant } = await keyring.tenant(tenantId);
    await budgets.open(tenantId);
    const spent = budgets.spend(tenantId, usageOfCommand(input), tenant.policy.budgets);
    try {
      const command = { tenantId, subjectId, wish, sourceClass: sourceClassOf(asker), agentId, idempotencyKey };
      const accepted = await acceptCommands.accept([command]);
      if (accepted.repeatedCount > 0) budgets.giveBack(spent);
      return accepted;
    } catch (error) {
      budgets.giveBack(spent);
      throw error;
    }
  }
}

interface Given extends Resolved {
  readonly input: CommandInput;
  readonly idempotencyKey: string;
}
