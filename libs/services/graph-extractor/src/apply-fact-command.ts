import type { CommandPassed, MemoryDerived, SourceId } from '@mneme/events';
import {
  commandedVersionOf,
  commandFitOf,
  type CommandRefusal,
  Corrupt,
  correctedFactOf,
  type DataKeys,
  endOf,
  factIdsOf,
  isWithinBounds,
} from '@mneme/domain';
import {
  commandKeyOf,
  commandRefusedOf,
  type Keyring,
  type MemoryDraft,
  openCommand,
  openMemory,
  type Received,
  sealMemory,
} from '@mneme/platform';

export interface ApplyFactCommandObserver {
  /** One command about facts changed nothing. */
  refused(reason: CommandRefusal): void;
}

/** Applies to facts what the write-filter has passed on, and ends the passed command. */
export class ApplyFactCommand {
  constructor(
    private readonly keyring: Keyring,
    private readonly observer: ApplyFactCommandObserver,
  ) {}

  /** Answers whether it was refused. */
  async apply(one: Received<unknown>, passed: CommandPassed, draft: MemoryDraft): Promise<boolean> {
    if (one.access === undefined) throw new Corrupt('a command reached the graph-extractor without its key');
    const { command, subjectId } = passed;
    const { keys } = one.access;
    for (const sourceId of passed.sourceIds) await followSource(passed, { sourceId, keys }, draft);
    const refusal = command.target?.kind === 'fact' ? await this.applyToFact(passed, keys, draft) : undefined;
    if (refusal !== undefined) {
      this.observer.refused(refusal);
      draft.discard(command.commandId, commandRefusedOf(command, refusal), subjectId);
    }
    draft.append({ key: commandKeyOf(command.commandId), value: null, subjectId });
    return refusal !== undefined;
  }

  private async applyToFact(
    { command }: CommandPassed,
    keys: DataKeys,
    draft: MemoryDraft,
  ): Promise<CommandRefusal | undefined> {
    if (command.target === undefined) return 'unfit';
    if (command.action === 'republish') return (await draft.republish(command)) ? undefined : 'gone';
    const living = await draft.living([command.target.memoryId]);
    const fit = commandFitOf(command, living);
    if (fit.state === 'refused') return fit.reason;
    if (fit.state === 'done') return undefined;
    if (command.action === 'retract') {
      for (const version of fit.versions) draft.remove(version);
      return undefined;
    }
    const { newest } = fit;
    const { tenant, indexKeys } = await this.keyring.tenant(command.tenantId);
    const commanded = openCommand(keys, command);
    const context = { content: openMemory(keys, newest), command, commanded, policy: tenant.policy };
    if (command.action !== 'correct') {
      draft.put(sealMemory(keys, commandedVersionOf(newest, context)));
      return undefined;
    }
    if (newest.fact === undefined || commanded.object === undefined) return 'unfit';
    draft.put(sealMemory(keys, correctedFactOf(newest, { ...context, indexKeys, dataKeys: keys })));
    // The wrong one ends with the same command, so that a second correction of it finds it changed.
    draft.put(endedBy(command, newest, keys));
    return undefined;
  }
}

/** Facts go and end with the turn that they came from, whichever of their versions are there. */
async function followSource(
  { command, subjectId, tenantId }: CommandPassed,
  { sourceId, keys }: { readonly sourceId: SourceId; readonly keys: DataKeys },
  draft: MemoryDraft,
): Promise<void> {
  const facts = await draft.living(factIdsOf({ tenantId, subjectId }, sourceId));
  const touched = facts.filter((fact) => isWithinBounds(fact, command.bounds));
  if (command.action === 'retract') for (const fact of touched) draft.remove(fact);
  if (command.action !== 'expire') return;
  const newest = new Map(touched.map((fact) => [fact.memoryId, fact]));
  for (const fact of newest.values()) draft.put(endedBy(command, fact, keys));
}

/** A version that ends when the command says, or before. */
function endedBy(command: CommandPassed['command'], fact: MemoryDerived, keys: DataKeys): MemoryDerived {
  const end = endOf(command);
  const expiresAt = fact.expiresAt === undefined || end < fact.expiresAt ? end : fact.expiresAt;
  return sealMemory(keys, { ...fact, version: command.recordedAt, expiresAt, content: openMemory(keys, fact) });
}
