import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process that runs one of our files, and the lines that it has written. */
export class TestProcess {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  /** Runs `file`, which may import our sources, with what it writes to stderr shown. */
  constructor(file: URL, args: readonly string[]) {
    const loader = new URL('../typescript-loader.mjs', import.meta.url).href;
    const options = ['--no-warnings', '--conditions=@mneme/source', `--import=${loader}`];
    this.child = spawn(process.execPath, [...options, fileURLToPath(file), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.child.stdout === null) throw new Error('the process has no output');
    const lines = createInterface({ input: this.child.stdout });
    lines.on('line', (line) => this.lines.push(line));
    this.ended = Promise.all([once(this.child, 'exit'), once(lines, 'close')]);
  }

  /** Ends it with SIGKILL, in the middle of whatever it does; resolves when all that it wrote is read. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
