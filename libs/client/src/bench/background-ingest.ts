import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../connect.js';
import type { Corpus } from './corpus.js';
import { turnsOf, waitForAll } from './load.js';

export interface BackgroundOptions {
  readonly corpus: Corpus;
  readonly from: number;
  readonly turnsPerSecond: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BackgroundIngest {
  /** Stops, waits until all that was sent can be recalled, and tells what it did. */
  stop(): Promise<BackgroundResult>;
  /** Stops without a word; for when what was measured has failed. */
  halt(): void;
}

export interface BackgroundResult {
  readonly turns: number;
  /** Turns a second that were really acknowledged while it ran. */
  readonly turnsPerSecond: number;
}

/** Twenty batches a second: an even stream rather than bursts. */
const TICK_MS = 50;

/** Ingests at an even pace beside what is measured. One batch at a time: a slow service shows as a lower rate. */
export function startBackgroundIngest(connection: Connection, options: BackgroundOptions): BackgroundIngest {
  const state = { running: true, turns: 0, token: '', seconds: 0 };
  const work = run(connection, options, state);
  // The failure is told by `stop`; without this it would end the process before.
  work.catch(() => undefined);
  const halt = () => {
    state.running = false;
  };
  return {
    halt,
    async stop() {
      halt();
      await work;
      if (state.turns > 0) await waitForAll(connection, [state.token]);
      return { turns: state.turns, turnsPerSecond: state.turns / Math.max(state.seconds, 0.001) };
    },
  };
}

interface State {
  running: boolean;
  turns: number;
  token: string;
  seconds: number;
}

async function run(connection: Connection, options: BackgroundOptions, state: State): Promise<void> {
  const startMs = performance.now();
  while (state.running) {
    options.signal?.throwIfAborted();
    const elapsedMs = performance.now() - startMs;
    const due = Math.floor(((elapsedMs + TICK_MS) / 1000) * options.turnsPerSecond) - state.turns;
    const count = Math.min(due, options.turnsPerSecond);
    if (count > 0) {
      const turns = turnsOf(options.corpus, options.from + state.turns, count);
      ({ token: state.token } = await connection.ingest.ingestTurns({ turns }));
      state.turns += count;
    }
    state.seconds = (performance.now() - startMs) / 1000;
    await sleep(TICK_MS);
  }
}
