import type { TopicName } from '@mneme/events';
import type { LogAppend } from '@mneme/ports';

// What Kafka and its client add to the key and the value of a record.
const RECORD_BYTES = 100;

export interface AppendCall {
  readonly appends: readonly LogAppend[];
}

/** One append, and where it stands in its call. */
export interface Placed<C extends AppendCall> {
  readonly call: C;
  readonly index: number;
  readonly append: LogAppend;
}

export interface PartitionRound<C extends AppendCall> {
  readonly topic: TopicName;
  readonly partition: number;
  readonly placed: Placed<C>[];
  bytes: number;
}

/** What one request writes: of each partition one batch, which Kafka takes whole or not at all. */
export interface ProduceRound<C extends AppendCall> {
  readonly partitions: ReadonlyMap<string, PartitionRound<C>>;
  /** Calls that are done when this round is. */
  readonly completes: readonly C[];
}

/** The bytes of a record as the bounds of requests count them. */
export function sizeOf({ key, value }: LogAppend): number {
  return RECORD_BYTES + Buffer.byteLength(key) + (value === null ? 0 : Buffer.byteLength(value));
}

/**
 * Spreads calls over requests that are sent one after the other. Within a partition records keep the order of the calls; of
 * one call, a topic that it names later is in a later request, so that what a failure leaves is a beginning of the call.
 */
export function roundsOf<C extends AppendCall>(
  calls: readonly C[],
  limits: { readonly appendBatchBytesMax: number },
): readonly ProduceRound<C>[] {
  const rounds = new Rounds<C>(limits.appendBatchBytesMax);
  for (const call of calls) rounds.place(call);
  return rounds.all();
}

class Rounds<C extends AppendCall> {
  private readonly rounds: Map<string, PartitionRound<C>>[] = [];
  private readonly completes: C[][] = [];
  private readonly lastOf = new Map<string, number>();

  constructor(private readonly batchBytesMax: number) {}

  place(call: C): void {
    let last = -1;
    for (const [, placed] of byTopic(call)) {
      const floor = last + 1;
      for (const one of placed) last = Math.max(last, this.placeOne(one, floor));
    }
    if (last >= 0) this.completes[last]?.push(call);
  }

  all(): readonly ProduceRound<C>[] {
    return this.rounds.map((partitions, at) => ({ partitions, completes: this.completes[at] ?? [] }));
  }

  private placeOne(placed: Placed<C>, floor: number): number {
    const { topic, partition } = placed.append;
    const place = `${topic}/${partition}`;
    const bytes = sizeOf(placed.append);
    let at = Math.max(floor, this.lastOf.get(place) ?? 0);
    if ((this.rounds[at]?.get(place)?.bytes ?? -Infinity) + bytes > this.batchBytesMax) at += 1;
    for (let missing = this.rounds.length; missing <= at; missing += 1) {
      this.rounds.push(new Map());
      this.completes.push([]);
    }
    const round = this.rounds[at] as Map<string, PartitionRound<C>>;
    const batch = round.get(place) ?? { topic, partition, placed: [], bytes: 0 };
    round.set(place, batch);
    batch.placed.push(placed);
    batch.bytes += bytes;
    this.lastOf.set(place, at);
    return at;
  }
}

function byTopic<C extends AppendCall>(call: C): ReadonlyMap<TopicName, readonly Placed<C>[]> {
  const topics = new Map<TopicName, Placed<C>[]>();
  for (const [index, append] of call.appends.entries()) {
    const placed = topics.get(append.topic) ?? [];
    topics.set(append.topic, placed);
    placed.push({ call, index, append });
  }
  return topics;
}
