import { InvalidInput } from '@mneme/domain';

// As the engine writes an UUID: in capitals it would come back as another id than was asked for.
const MEMORY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Before every other, in the order of ids. */
export const FIRST_MEMORY_ID = '00000000-0000-0000-0000-000000000000';

/** Those that can be ids of memories, each once, in order: nothing is kept under any other. */
export function memoryIdsAmong(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].filter((id) => MEMORY_ID.test(id)).sort();
}

/** @throws InvalidInput for an id that would come back in another form. */
export function checkMemoryId(memoryId: string): void {
  if (MEMORY_ID.test(memoryId)) return;
  throw new InvalidInput('the id of a memory is an UUID in small letters', { field: 'memoryId' });
}
