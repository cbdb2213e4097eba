import type { CommandGiven, CommandPassed, MemoryDerived, SourceId } from '@mneme/events';
import {
  commandedVersionOf,
  commandFitOf,
  type CommandRefusal,
  Corrupt,
  isMadeOf,
  isWithinBounds,
  ownIdsOf,
  procedureToldBy,
  summaryIdsOf,
  type TenantPolicy,
} from '@mneme/domain';
import {
  commandKeyOf,
  commandRefusedOf,
  type MemoryDraft,
  openCommand,
  openMemory,
  type Received,
  sealMemory,
} from '@mneme/platform';
import type { HeldTurns } from './held-turns.js';
import { keepProcedure } from './keep-procedure.js';

export interface ApplyCommandObserver {
  /** One command was applied or, of facts, passed on. */
  applied(action: string): void;
  /** One command changed nothing. */
  refused(reason: CommandRefusal): void;
}

/** Applies commands to what the write-filter owns: episodes, procedures and summaries; passes the rest on. */
export class ApplyCommand {
  constructor(
    private readonly observer: ApplyCommandObserver,
    private readonly heldTurns: HeldTurns,
  ) {}

  /** Answers whether it was refused. */
  async apply(one: Received<CommandGiven>, draft: MemoryDraft, policy: TenantPolicy): Promise<boolean> {
    const command = one.event;
    const { sourceId, target } = command;
    if (command.action === 'record-procedure') await recordProcedure(one, draft, policy);
    else if (command.action === 'retract' && sourceId !== undefined) await this.retractSource(command, sourceId, draft);
    else if (target === undefined) throw new Corrupt('a command has no target', { field: 'target' });
    else if (target.kind === 'fact') pass(command, [], draft);
    else {
      const refusal = await this.applyToTarget(one, draft, policy);
      if (refusal !== undefined) return this.refuse(command, refusal, draft);
    }
    this.observer.applied(command.action);
    return false;
  }

  private refuse(command: CommandGiven, reason: CommandRefusal, draft: MemoryDraft): boolean {
    this.observer.refused(reason);
    draft.discard(command.commandId, commandRefusedOf(command, reason), command.subjectId);
    return true;
  }

  private async retractSource(command: CommandGiven, sourceId: SourceId, draft: MemoryDraft): Promise<void> {
    const living = await draft.living(ownIdsOf(command, sourceId));
    for (const memory of living.filter((one) => isWithinBounds(one, command.bounds))) {
      draft.remove(memory);
      await removeSummariesOf(memory, draft);
    }
    // What has become nothing may lie in quarantine, from where it could come back.
    if (living.length === 0) await this.heldTurns.retract(command, sourceId, draft);
    // Also when nothing of it was kept here: its facts have an owner of their own.
    pass(command, [sourceId], draft);
  }

  private async applyToTarget(
    { event: command, access }: Received<CommandGiven>,
    draft: MemoryDraft,
    policy: TenantPolicy,
  ): Promise<CommandRefusal | undefined> {
    if (command.target === undefined || access === undefined) throw new Corrupt('a command without target or key');
    if (command.action === 'republish') return (await draft.republish(command)) ? undefined : 'gone';
    const living = await draft.living([command.target.memoryId]);
    const fit = commandFitOf(command, living);
    if (fit.state === 'refused') return fit.reason;
    if (fit.state === 'done') return undefined;
    const { newest, versions } = fit;
    // What a procedure says is told again as a whole, not as a text.
    if (command.action === 'correct' && newest.kind === 'procedure') return 'unfit';
    if (command.action === 'retract') for (const version of versions) draft.remove(version);
    else {
      const context = {
        content: openMemory(access.keys, newest),
        command,
        commanded: openCommand(access.keys, command),
      };
      draft.put(sealMemory(access.keys, commandedVersionOf(newest, { ...context, policy })));
    }
    await cascade(command, newest, draft);
    return undefined;
  }
}

async function recordProcedure(
  { event: command, access }: Received<CommandGiven>,
  draft: MemoryDraft,
  policy: TenantPolicy,
): Promise<void> {
  if (access === undefined) throw new Corrupt('a command reached the write-filter without its key');
  const { keys } = access;
  const cause = procedureToldBy(command, openCommand(keys, command).procedure, policy);
  await keepProcedure(cause, { keys, policy, draft });
  // What it leaves to be known by when it comes again: nobody else publishes under this key.
  draft.append({ key: commandKeyOf(command.commandId), value: null, subjectId: command.subjectId });
}

/** What was made of an episode goes or ends with it; of one that was corrected its owner makes new facts by itself. */
async function cascade(command: CommandGiven, memory: MemoryDerived, draft: MemoryDraft): Promise<void> {
  const { action } = command;
  if (memory.kind !== 'episode' || command.keepsDerived === true) return;
  if (action === 'retract' || action === 'correct') await removeSummariesOf(memory, draft);
  if (action === 'retract' || action === 'expire') pass(command, [memory.sourceId], draft);
}

async function removeSummariesOf(memory: MemoryDerived, draft: MemoryDraft): Promise<void> {
  const summaries = await draft.living(summaryIdsOf(memory));
  for (const summary of summaries.filter((one) => isMadeOf(one, memory))) draft.remove(summary);
}

function pass(command: CommandGiven, sourceIds: SourceId[], draft: MemoryDraft): void {
  const { tenantId, subjectId, epoch, commandId } = command;
  const passed: CommandPassed = { type: 'command-passed', v: 1, tenantId, subjectId, epoch, command, sourceIds };
  draft.append({ key: commandKeyOf(commandId), value: JSON.stringify(passed), subjectId });
}
