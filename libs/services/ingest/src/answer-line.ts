/** Where answers go: a gRPC call or an HTTP response. */
export interface AnswerSink<T> {
  readonly destroyed: boolean;
  /** False: wait for `drain` before the next. */
  write(answer: T): boolean;
  on(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

export interface Begun<T> {
  /** Never rejects. */
  readonly answer: Promise<T>;
}

/** Sends answers in the order of their chunks, each when it is there and the client has room. */
export class AnswerLine<T> {
  private readonly sent: Promise<void>[] = [];

  constructor(private readonly sink: AnswerSink<T>) {}

  add({ answer }: Begun<T>): void {
    const before = this.sent.at(-1) ?? Promise.resolve();
    this.sent.push(before.then(async () => this.send(await answer)));
  }

  /** Waits until fewer than `chunks` are unanswered. */
  async shorterThan(chunks: number): Promise<void> {
    while (this.sent.length >= chunks) {
      await this.sent[0];
      void this.sent.shift();
    }
  }

  private async send(answer: T): Promise<void> {
    if (this.sink.destroyed || this.sink.write(answer)) return;
    await roomOrEnd(this.sink);
  }
}

function roomOrEnd<T>(sink: AnswerSink<T>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.off('drain', done);
      sink.off('close', done);
      resolve();
    };
    sink.on('drain', done);
    sink.on('close', done);
  });
}
