import type { CommandContent, CommandGiven, CommandTarget, TurnId } from '@mneme/events';
import { type CatalogueRow, type CommandWish, type DataKeys, seal, type WishedCommand } from '@mneme/domain';

/** A wish that has its id and its keys, and no instant yet. */
export interface PreparedCommand {
  readonly wished: WishedCommand;
  readonly commandId: TurnId;
  readonly epoch: number;
  readonly keys: DataKeys;
  readonly fingerprint: string;
  readonly trust: number;
}

/** What a command names of a memory that was read. */
export function targetOf({
  memoryId,
  kind,
  version,
}: Pick<CatalogueRow, 'memoryId' | 'kind' | 'version'>): CommandTarget {
  return { memoryId, kind, version };
}

/** The version that the giver of a wish saw of its target; 0 without one. */
export function seenVersionOf({ wish }: WishedCommand): number {
  return 'target' in wish ? (wish.target?.version ?? 0) : 0;
}

/** The event of a command under the instant that was reserved for it: the same instant gives the same bytes. */
export function commandEventOf(command: PreparedCommand, recordedAt: number): CommandGiven {
  const { wished, commandId, epoch, keys, trust } = command;
  const { tenantId, subjectId, wish, sourceClass, agentId } = wished;
  const context = { tenantId, subjectId, epoch, recordId: commandId, version: recordedAt };
  const content = contentOf(wish);
  return {
    type: 'command-given',
    v: 1,
    tenantId,
    subjectId,
    epoch,
    commandId,
    recordedAt,
    action: wish.action,
    sourceClass,
    trust,
    ...(agentId === undefined ? {} : { agentId }),
    ...clearPartsOf(wish),
    ...(content === undefined ? {} : { sealed: seal(keys, context, JSON.stringify(content)) }),
  };
}

/** What makes two wishes the same, whichever version of the memory was seen. */
export function wishedPayloadOf({ wish, sourceClass, agentId }: WishedCommand): string {
  const { target, ...rest } = 'target' in wish ? wish : { ...wish, target: undefined };
  const fields = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([target?.memoryId, sourceClass, agentId, fields]);
}

type ClearParts = Omit<
  Partial<CommandGiven>,
  'type' | 'v' | 'tenantId' | 'subjectId' | 'epoch' | 'commandId' | 'recordedAt' | 'action' | 'sealed'
>;

function clearPartsOf(wish: CommandWish): ClearParts {
  if (wish.action === 'record-procedure') return { place: wish.place };
  const { action: _action, ...fields } = wish;
  const { text: _text, object: _object, ...clear } = { text: undefined, object: undefined, ...fields };
  const given = Object.entries(clear).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as ClearParts;
}

function contentOf(wish: CommandWish): CommandContent | undefined {
  if (wish.action === 'record-procedure') return { procedure: wish.procedure };
  if (wish.action !== 'correct') return undefined;
  const { text, object } = wish;
  return { ...(text === undefined ? {} : { text }), ...(object === undefined ? {} : { object }) };
}
