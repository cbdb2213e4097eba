import { readFile } from 'node:fs/promises';

/** A process that serves what is measured. */
export interface WatchedProcess {
  /** What it does: a service, or an engine. */
  readonly name: string;
  readonly pid: number;
  /** Where its metrics are; absent for an engine. */
  readonly http?: string;
}

export interface ProcessUse {
  readonly name: string;
  readonly pid: number;
  /** Highest resident set, bytes. */
  readonly peakBytes: number;
  /** At the first look and at the last. */
  readonly startBytes: number;
  readonly endBytes: number;
  /** Processor time between them, of all threads. */
  readonly cpuSeconds: number;
}

const SAMPLE_MS = 2_000;
const TICKS_PER_SECOND = 100;
const METRICS_TIMEOUT_MS = 5_000;

/** Follows processes of this machine by what Linux says of them; elsewhere there is nothing to say. */
export class ProcessWatch {
  private readonly peaks = new Map<number, number>();
  private readonly first = new Map<number, Look>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly processes: readonly WatchedProcess[]) {
    this.timer = setInterval(() => void this.sample(), SAMPLE_MS);
    this.timer.unref();
    void this.sample();
  }

  async result(): Promise<readonly ProcessUse[]> {
    const last = await this.sample();
    return this.processes.flatMap(({ name, pid }) => {
      const [begin, end] = [this.first.get(pid), last.get(pid)];
      if (begin === undefined || end === undefined) return [];
      const cpuSeconds = end.cpuSeconds - begin.cpuSeconds;
      const peakBytes = this.peaks.get(pid) ?? end.bytes;
      return [{ name, pid, peakBytes, startBytes: begin.bytes, endBytes: end.bytes, cpuSeconds }];
    });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(): Promise<ReadonlyMap<number, Look>> {
    const looks = new Map<number, Look>();
    for (const { pid } of this.processes) {
      const look = await lookAt(pid);
      if (look === undefined) continue;
      looks.set(pid, look);
      if (!this.first.has(pid)) this.first.set(pid, look);
      this.peaks.set(pid, Math.max(this.peaks.get(pid) ?? 0, look.bytes));
    }
    return looks;
  }
}

/** A counter over all processes and labels. @throws Error when one of them does not answer. */
export async function counterOf(processes: readonly WatchedProcess[], name: string): Promise<number> {
  let sum = 0;
  for (const { http } of processes) {
    if (http === undefined) continue;
    const answer = await fetch(`${http}/metrics`, { signal: AbortSignal.timeout(METRICS_TIMEOUT_MS) });
    for (const line of (await answer.text()).split('\n')) {
      if (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) sum += Number(line.slice(line.lastIndexOf(' ')));
    }
  }
  return sum;
}

interface Look {
  readonly bytes: number;
  readonly cpuSeconds: number;
}

/** Undefined when the process is gone, or the system has no such files. */
async function lookAt(pid: number): Promise<Look | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in the second field may hold spaces; user and system time are the 12th and 13th behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { bytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1_024, cpuSeconds: ticks / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}
