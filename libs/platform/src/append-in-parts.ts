import { TOPICS } from '@mneme/events';
import type { EventLog, LogAppend } from '@mneme/ports';

/** Well below what a log takes as one, so that a failure never leaves half of what one record causes. */
const PART_BYTES_MAX = 2 * 1024 * 1024;

/**
 * Appends what each record of a batch causes, in their order: in one call or, when it is too much to be written whole or not
 * at all, in several. What a record causes is never spread over two: it would be known by its first half when it comes again,
 * and the other half would be missing for good.
 */
export async function appendInParts(
  log: Pick<EventLog, 'append'>,
  caused: readonly (readonly LogAppend[])[],
  bytesMax = PART_BYTES_MAX,
): Promise<void> {
  let part: LogAppend[] = [];
  let partBytes = 0;
  for (const appends of caused) {
    const bytes = appends.reduce((sum, append) => sum + bytesOf(append), 0);
    if (part.length > 0 && partBytes + bytes > bytesMax) {
      await log.append(inOrder(part));
      [part, partBytes] = [[], 0];
    }
    part.push(...appends);
    partBytes += bytes;
  }
  if (part.length > 0) await log.append(inOrder(part));
}

function inOrder(appends: readonly LogAppend[]): readonly LogAppend[] {
  const isMemory = ({ topic }: LogAppend) => topic === TOPICS.memories.name;
  return [...appends.filter((append) => !isMemory(append)), ...appends.filter(isMemory)];
}

function bytesOf({ key, value }: LogAppend): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value ?? '');
}
