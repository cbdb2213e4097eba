import type { MemoryId, SourceClass, SourceId, SubjectId } from '@mneme/events';
import {
  type CatalogueRow,
  changeBoundsOf,
  type CommandWish,
  Conflict,
  type IndexKeys,
  InvalidInput,
  mayRead,
  NotFound,
  type Principal,
  readScopeOf,
  refuseForeignChange,
  tenantSubjectIdOf,
} from '@mneme/domain';
import type { Catalogue } from '@mneme/ports';
import { type Keyring, targetOf } from '@mneme/platform';
import type { TargetedInput } from './command-schema.js';
import { correctedObjectOf } from './corrected-object.js';

export interface ResolvePorts {
  readonly keyring: Keyring;
  readonly catalogue: Catalogue;
}

export interface Asker {
  readonly principal: Principal;
  readonly indexKeys: IndexKeys;
  /** The user that the request speaks for. */
  readonly subjectId: SubjectId | undefined;
}

export interface Resolved {
  /** Whose memory it is. */
  readonly subjectId: SubjectId;
  readonly wish: CommandWish;
}

/** A user's own word where the request speaks for one, else the agent's. */
export function sourceClassOf({ subjectId }: Asker): SourceClass {
  return subjectId === undefined ? 'agent' : 'user';
}

/**
 * What a command is about, within what the caller may read and change.
 * @throws NotFound for what does not exist or is not readable, alike; Forbidden; Conflict for a version that is not the
 * newest; InvalidInput for a wish that does not fit its memory.
 */
export async function resolveCommand(ports: ResolvePorts, asker: Asker, input: TargetedInput): Promise<Resolved> {
  if (input.action === 'retract' && input.turnId !== undefined) return ofTurn(asker, input.turnId);
  const row = await changeableRow(ports, asker, input);
  return { subjectId: row.subjectId, wish: await wishOf(ports, input, row) };
}

// Of a turn that is still on its way nothing can be looked up: the owner keeps to the bounds instead.
function ofTurn({ principal, indexKeys, subjectId }: Asker, turnId: string): Resolved {
  const sourceId = turnId as SourceId;
  const bounds = changeBoundsOf(principal, subjectId);
  return { subjectId: subjectId ?? tenantSubjectIdOf(indexKeys), wish: { action: 'retract', sourceId, bounds } };
}

async function changeableRow(
  { catalogue, keyring }: ResolvePorts,
  { principal, subjectId }: Asker,
  { memoryId, version }: { readonly memoryId?: MemoryId | undefined; readonly version?: string | undefined },
): Promise<CatalogueRow> {
  const scope = readScopeOf(principal, subjectId);
  const [row] = memoryId === undefined ? [] : await catalogue.get(scope, [memoryId]);
  const access = row && (await keyring.openFresh(row.tenantId, [row.subjectId])).get(row.subjectId);
  if (row === undefined || !mayRead(scope, row) || access?.state !== 'open' || access.epoch !== row.epoch) {
    throw new NotFound('there is no such memory', { field: 'memoryId' });
  }
  refuseForeignChange(principal, row);
  if (version !== undefined && Number(version) !== row.version) {
    throw new Conflict('the memory has another version by now; read it again', { field: 'version' });
  }
  return row;
}

async function wishOf(ports: ResolvePorts, input: TargetedInput, row: CatalogueRow): Promise<CommandWish> {
  const target = targetOf(row);
  switch (input.action) {
    case 'retract':
      return { action: 'retract', target };
    case 'confirm':
      return { action: 'confirm', target };
    case 'expire': {
      const { expiresAt } = input;
      return { action: 'expire', target, ...(expiresAt === undefined ? {} : { expiresAt: utcOf(expiresAt) }) };
    }
    case 'set-importance':
      return { action: 'reassess', target, importance: input.importance };
    case 'correct': {
      const { text, object } = input;
      if (row.kind === 'procedure') {
        throw new InvalidInput('a procedure is recorded again, not corrected', { field: 'memoryId', sent: row.kind });
      }
      if (row.kind === 'fact') {
        const stated = object ?? (await correctedObjectOf(ports.keyring, row, text ?? ''));
        return { action: 'correct', target, text, object: stated };
      }
      if (object === undefined) return { action: 'correct', target, text };
      throw new InvalidInput('only a fact has an object; send text', { field: 'object', sent: row.kind });
    }
  }
}

function utcOf(instant: string): string {
  return new Date(Date.parse(instant)).toISOString();
}
