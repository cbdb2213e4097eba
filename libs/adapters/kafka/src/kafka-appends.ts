import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { LimitExceeded, type MemoryError, Unavailable } from '@mneme/domain';
import type { LogAppend, LogPosition } from '@mneme/ports';
import type { Message } from 'kafkajs';
import { type AppendCall, type PartitionRound, type ProduceRound, roundsOf, sizeOf } from './append-rounds.js';
import { SUBJECT_HEADER } from './fetch-records.js';
import { type IdempotentProducer, placeOf, type ProduceBatch } from './idempotent-producer.js';
import { kafkaError } from './kafka-errors.js';
import type { KafkaLimits } from './kafka-limits.js';
import type { TopicNames } from './topic-names.js';

interface WaitingCall extends AppendCall {
  readonly untilMs: number;
  readonly bytes: number;
  readonly positions: LogPosition[];
  readonly resolve: (positions: readonly LogPosition[]) => void;
  readonly reject: (error: MemoryError) => void;
}

/**
 * Appends of all callers in the order in which they came, many in one request, one request at a time. So the order within a
 * partition is that of the calls, and a repeat after a failure cannot overtake.
 */
export class KafkaAppends {
  private readonly waiting: WaitingCall[] = [];
  private waitingBytes = 0;
  private pumping: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    private readonly producer: IdempotentProducer,
    private readonly names: TopicNames,
    private readonly limits: KafkaLimits,
  ) {}

  /** @throws LimitExceeded for a record that is too large; Unavailable, and Timeout: then it may have been written in part. */
  async append(appends: readonly LogAppend[]): Promise<readonly LogPosition[]> {
    if (this.isClosed) throw new Unavailable('the log is closed');
    const bytes = this.measure(appends);
    return new Promise((resolve, reject) => {
      const untilMs = performance.now() + this.limits.appendTimeoutMs;
      this.waiting.push({ appends: [...appends], untilMs, bytes, positions: [], resolve, reject });
      this.waitingBytes += bytes;
      this.pumping ??= this.pump();
    });
  }

  /** Writes what is waiting, and refuses what comes later. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.pumping;
  }

  private measure(appends: readonly LogAppend[]): number {
    const { appendWaitingBytesMax, recordBytesMax } = this.limits;
    let bytes = 0;
    for (const append of appends) {
      const size = sizeOf(append);
      bytes += size;
      if (size <= recordBytesMax) continue;
      const detail = { limit: `recordBytesMax=${recordBytesMax}`, sent: String(size) };
      throw new LimitExceeded('a record is larger than the log takes', detail);
    }
    if (this.waiting.length === 0 || this.waitingBytes + bytes <= appendWaitingBytesMax) return bytes;
    const detail = { limit: `appendWaitingBytesMax=${appendWaitingBytesMax}`, sent: String(this.waitingBytes + bytes) };
    throw new Unavailable('too much waits to be appended', detail);
  }

  private async pump(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.linger();
      const calls = this.take();
      if (calls.length > 0) await this.send(calls);
    }
    this.pumping = undefined;
  }

  private linger(): Promise<unknown> {
    const { appendLingerMs } = this.limits;
    return appendLingerMs === 0 ? nextTurn() : pause(appendLingerMs);
  }

  /** The calls of the next request; those whose time is over are refused. */
  private take(): readonly WaitingCall[] {
    const calls: WaitingCall[] = [];
    let records = 0;
    let bytes = 0;
    for (const call of this.waiting) {
      const isFull = records + call.appends.length > this.limits.appendRecordsMax;
      if (calls.length > 0 && (isFull || bytes + call.bytes > this.limits.appendBytesMax)) break;
      calls.push(call);
      records += call.appends.length;
      bytes += call.bytes;
    }
    this.waiting.splice(0, calls.length);
    this.waitingBytes -= bytes;
    const nowMs = performance.now();
    const late = calls.filter(({ untilMs }) => untilMs < nowMs);
    for (const { reject } of late) reject(this.lateError());
    return calls.filter(({ untilMs }) => untilMs >= nowMs);
  }

  private async send(calls: readonly WaitingCall[]): Promise<void> {
    const open = new Set(calls);
    try {
      for (const round of roundsOf(calls, this.limits)) {
        await this.produce(round);
        for (const call of round.completes) {
          open.delete(call);
          call.resolve(call.positions);
        }
      }
    } catch (error) {
      for (const { reject } of open) reject(kafkaError(error, 'Kafka took no record'));
    }
  }

  private async produce({ partitions }: ProduceRound<WaitingCall>): Promise<void> {
    const batches = [...partitions.values()];
    const sent = batches.map(({ topic, partition, placed }) => {
      return { topic: this.names.topic(topic), partition, messages: placed.map(({ append }) => messageOf(append)) };
    });
    const offsets = await this.producer.produce(sent, performance.now() + this.limits.appendTimeoutMs);
    for (const [at, batch] of batches.entries()) note(batch, offsets.get(placeOf(sent[at] as ProduceBatch)) ?? 0);
  }

  private lateError(): Unavailable {
    const detail = { limit: `appendTimeoutMs=${this.limits.appendTimeoutMs}` };
    return new Unavailable('Kafka took no record in time', detail);
  }
}

function messageOf({ key, value, partition, subjectId }: LogAppend): Message {
  return { key, value, partition, ...(subjectId === undefined ? {} : { headers: { [SUBJECT_HEADER]: subjectId } }) };
}

function note({ topic, partition, placed }: PartitionRound<WaitingCall>, first: number): void {
  for (const [at, { call, index }] of placed.entries())
    call.positions[index] = { topic, partition, offset: first + at };
}
