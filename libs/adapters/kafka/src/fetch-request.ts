import kafkaFetch from 'kafkajs/src/protocol/requests/fetch/v4/request.js';
import kafkaFetched from 'kafkajs/src/protocol/requests/fetch/v4/response.js';

const OF_NO_REPLICA = -1;
const READ_UNCOMMITTED = 0;
const INT16 = 2;
const INT32 = 4;
const INT64 = 8;
/** First offset and length of a batch; and from its start on: leader epoch, magic, checksum and attributes. */
const BATCH_HEAD = INT64 + INT32;
const LAST_DELTA_AT = BATCH_HEAD + INT32 + 1 + INT32 + INT16;

export interface FetchAsked {
  readonly waitMs: number;
  readonly bytesMax: number;
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: number; readonly bytesMax: number }[];
}

/**
 * A fetch for kafkajs to send, whose answer says also where the batches end. kafkajs tells of records alone, and compaction
 * leaves batches without any: the last ones of producers that have gone. What comes behind those could never be asked for.
 */
export function fetchRequest({ waitMs, bytesMax, topic, partitions }: FetchAsked) {
  const requested = partitions.map(({ partition, offset, bytesMax: maxBytes }) => {
    return { partition, fetchOffset: String(offset), maxBytes };
  });
  const request = kafkaFetch({
    replicaId: OF_NO_REPLICA,
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes: bytesMax,
    isolationLevel: READ_UNCOMMITTED,
    topics: [{ topic, partitions: requested }],
  });
  const response = {
    decode: async (answer: Buffer) => ({ ...(await kafkaFetched.decode(answer)), batchEnds: batchEndsIn(answer) }),
    parse: (answer: unknown) => kafkaFetched.parse(answer),
  };
  return { request, response };
}

/** Behind the last whole batch of each partition; those that got none are left out. */
function batchEndsIn(answer: Buffer): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  let at = INT32;
  const next = (size: number) => (at += size) - size;
  const count = () => Math.max(0, answer.readInt32BE(next(INT32)));
  for (let topics = count(); topics > 0; topics -= 1) {
    next(answer.readInt16BE(next(INT16)));
    for (let partitions = count(); partitions > 0; partitions -= 1) {
      const partition = answer.readInt32BE(next(INT32));
      next(INT16 + 2 * INT64);
      next(count() * 2 * INT64);
      const size = count();
      const end = endOfBatches(answer.subarray(next(size), at));
      if (end !== undefined) ends.set(partition, end);
    }
  }
  return ends;
}

function endOfBatches(batches: Buffer): number | undefined {
  let end: number | undefined;
  for (let at = 0; at + BATCH_HEAD <= batches.length;) {
    const next = at + BATCH_HEAD + batches.readInt32BE(at + INT64);
    if (next > batches.length) break;
    end = Number(batches.readBigInt64BE(at)) + batches.readInt32BE(at + LAST_DELTA_AT) + 1;
    at = next;
  }
  return end;
}
