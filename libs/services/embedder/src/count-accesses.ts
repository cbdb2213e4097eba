import { type RecallMade, RecallMadeV1 } from '@mneme/events';
import type { AccessCounts, LogRecord } from '@mneme/ports';
import { type BatchEnd, type Received, recordOf, type RecordHandler } from '@mneme/platform';

/** Counts how often memories are recalled, in the catalogue. */
export class CountAccesses implements RecordHandler<RecallMade> {
  constructor(private readonly accessCounts: AccessCounts) {}

  parse(record: LogRecord): RecallMade {
    return recordOf(RecallMadeV1, record);
  }

  stampOf(event: RecallMade): RecallMade {
    return event;
  }

  async handle(received: readonly Received<RecallMade>[]): Promise<void> {
    const accesses = received.map(({ record, event }) => ({
      offset: record.offset,
      tenantId: event.tenantId,
      memoryIds: event.memoryIds,
      atMs: Date.parse(event.madeAt),
    }));
    const partition = received[0]?.record.partition;
    if (partition !== undefined) await this.accessCounts.noteAccesses(partition, accesses);
  }

  async undo(): Promise<void> {
    // A count stands on its memory's row alone, and goes with it.
  }

  async finish(_end: BatchEnd<RecallMade>): Promise<void> {}
}
