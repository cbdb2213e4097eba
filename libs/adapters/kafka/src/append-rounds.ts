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
 * Spreads calls over requests that are sent one after the other. Within a partition records keep the order of the calls, and
 * those of one call stay together unless they are larger than a batch. Of one call, a topic that it names later is in a
 * later request. So what a failure leaves of a call is its beginning.
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
    for (const partitions of byTopic(call).values()) {
      const floor = last + 1;
      for (const placed of partitions.values()) last = Math.max(last, this.placeTogether(placed, floor));
    }
    if (last >= 0) this.completes[last]?.push(call);
  }

  all(): readonly ProduceRound<C>[] {
    return this.rounds.map((partitions, at) => ({ partitions, completes: this.completes[at] ?? [] }));
  }

  private placeTogether(placed: readonly Placed<C>[], floor: number): number {
    const bytes = placed.reduce((sum, { append }) => sum + sizeOf(append), 0);
    let at = this.roundFor(placed[0]?.append, floor, Math.min(bytes, this.batchBytesMax));
    for (const one of placed) {
      at = this.roundFor(one.append, at, sizeOf(one.append));
      this.put(one, at);
    }
    return at;
  }

  /** The first round from the floor, and from the partition's last one on, in which so many bytes have room. */
  private roundFor(append: LogAppend | undefined, floor: number, bytes: number): number {
    const place = append === undefined ? '' : placeOf(append);
    const at = Math.max(floor, this.lastOf.get(place) ?? 0);
    const held = this.rounds[at]?.get(place)?.bytes ?? 0;
    return held > 0 && held + bytes > this.batchBytesMax ? at + 1 : at;
  }

  private put(placed: Placed<C>, at: number): void {
    for (let missing = this.rounds.length; missing <= at; missing += 1) {
      this.rounds.push(new Map());
      this.completes.push([]);
    }
    const { topic, partition } = placed.append;
    const place = placeOf(placed.append);
    const round = this.rounds[at] as Map<string, PartitionRound<C>>;
    const batch = round.get(place) ?? { topic, partition, placed: [], bytes: 0 };
    round.set(place, batch);
    batch.placed.push(placed);
    batch.bytes += sizeOf(placed.append);
    this.lastOf.set(place, at);
  }
}

function placeOf({ topic, partition }: LogAppend): string {
  return `${topic}/${partition}`;
}

function byTopic<C extends AppendCall>(call: C): ReadonlyMap<TopicName, ReadonlyMap<number, readonly Placed<C>[]>> {
  const topics = new Map<TopicName, Map<number, Placed<C>[]>>();
  for (const [index, append] of call.appends.entries()) {
    const partitions = topics.get(append.topic) ?? new Map<number, Placed<C>[]>();
    topics.set(append.topic, partitions);
    const placed = partitions.get(append.partition) ?? [];
    partitions.set(append.partition, placed);
    placed.push({ call, index, append });
  }
  return topics;
}
