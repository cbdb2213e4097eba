import { MemoryContent } from '@mneme/events';
import { type CatalogueRow, factsOf, instantOf, InvalidInput, NotFound, unseal } from '@mneme/domain';
import { type Keyring, parsedJson } from '@mneme/platform';

/**
 * What a corrected sentence puts in the place of a fact's object, by the rules that find facts in turns.
 * @throws InvalidInput when it does not state the relation of the fact.
 */
export async function correctedObjectOf(keyring: Keyring, row: CatalogueRow, text: string): Promise<string> {
  const access = (await keyring.openFresh(row.tenantId, [row.subjectId])).get(row.subjectId);
  if (access?.state !== 'open') throw new NotFound('there is no such memory', { field: 'memoryId' });
  const context = { ...row, recordId: row.memoryId };
  const { speakerName, zone } = parsedJson(MemoryContent, unseal(access.keys, context, row.sealed));
  const stated = factsOf(text, {
    role: 'user',
    occurredAt: instantOf(row.occurredAtMs),
    ...(speakerName === undefined ? {} : { speakerName }),
    ...(zone === undefined ? {} : { zone }),
  });
  const same = stated.find(({ predicate, isNegated }) => !isNegated && row.flags.includes(predicate));
  if (same !== undefined) return 'value' in same.object ? same.object.value : same.object.name;
  const message = 'this text does not state what the fact is about; send the object by itself';
  throw new InvalidInput(message, { field: 'object', sent: `text of ${text.length} characters` });
}
