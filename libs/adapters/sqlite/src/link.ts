import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { TopicName } from '@mneme/events';
import type { EntryChange } from './vector-entries.js';

/** What one opening of a data directory tells the other, once SQLite has it. */
export type Note =
  | { readonly type: 'appended'; readonly topics: readonly TopicName[] }
  | { readonly type: 'entries'; readonly changes: readonly EntryChange[]; readonly isErasure: boolean };

type Listeners = { [Type in Note['type']]?: (note: Extract<Note, { readonly type: Type }>) => void };

/**
 * Joins two openings of one data directory in two threads of a process: each hears of what the other has committed and
 * cannot see by itself. Without a port there is no other.
 */
export class Link {
  private readonly listeners: Listeners = {};

  constructor(private port?: MessagePort) {
    if (port !== undefined) this.join(port);
  }

  /** From now on the other is whoever has the other end of this port. */
  join(port: MessagePort): void {
    if (this.port !== port) this.port?.close();
    this.port = port;
    port.on('message', (note: Note) => this.hear(note));
    port.unref();
  }

  on<Type extends Note['type']>(type: Type, listener: NonNullable<Listeners[Type]>): void {
    this.listeners[type] = listener;
  }

  /** To be called after the commit and before its caller hears of it. */
  tell(note: Note): void {
    this.port?.postMessage(note);
  }

  /** Hears at once all that was told before: whoever saw an acknowledged write then also knows of it. */
  catchUp(): void {
    if (this.port === undefined) return;
    for (let received = receiveMessageOnPort(this.port); received !== undefined;) {
      this.hear(received.message as Note);
      received = receiveMessageOnPort(this.port);
    }
  }

  close(): void {
    this.port?.close();
  }

  private hear(note: Note): void {
    if (note.type === 'appended') this.listeners.appended?.(note);
    else this.listeners.entries?.(note);
  }
}
