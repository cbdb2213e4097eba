import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { chatAnswerOf, type ChatHandler } from './model-server-chat.js';
import { embeddingsAnswerOf } from './model-server-embeddings.js';

/** What the server does with one request instead of answering well. */
export interface ScriptedReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; without it the good answer of the request is sent. */
  readonly body?: string;
  /** Waits before it answers. */
  readonly delayMs?: number;
  /** Sends so many bytes of the body, then cuts the connection. */
  readonly resetAfterBytes?: number;
  /** Sends so many bytes of the body, then nothing more. */
  readonly hangAfterBytes?: number;
}

/** One request as it arrived. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

export interface ModelServerOptions {
  readonly dimensions?: number;
  /** Refuses an input of more tokens, counted as words; 8191 by default. */
  readonly inputTokensMax?: number;
  /** Answers floats whatever encoding is asked for, as some servers do. */
  readonly ignoresEncoding?: boolean;
  /** Content of a chat answer; `{}` without it. */
  readonly chat?: ChatHandler;
}

const REQUEST_BYTES_MAX = 32 * 1_048_576;

/**
 * A server on loopback that speaks `/v1/embeddings` and `/v1/chat/completions`. It answers well, with vectors in which texts
 * with the same words are near each other, unless a scripted reply is next.
 */
export class ModelServer {
  readonly requests: ReceivedRequest[] = [];
  /** Most requests that were open at once. */
  atOnce = 0;
  #open = 0;
  readonly #scripted: ScriptedReply[] = [];

  private constructor(
    private readonly server: Server,
    private readonly options: ModelServerOptions,
  ) {
    server.on('request', (request, response) => void this.#serve(request, response).catch(() => response.destroy()));
  }

  static async start(options: ModelServerOptions = {}): Promise<ModelServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ModelServer(server, options);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** The next requests get these, one each, in order. */
  script(...replies: readonly ScriptedReply[]): void {
    this.#scripted.push(...replies);
  }

  /** Forgets scripts and requests. */
  reset(): void {
    this.#scripted.length = 0;
    this.requests.length = 0;
    this.atOnce = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open += 1;
    this.atOnce = Math.max(this.atOnce, this.#open);
    response.once('close', () => (this.#open -= 1));
    const body = JSON.parse(await textOf(request)) as Record<string, unknown>;
    const path = request.url ?? '';
    this.requests.push({ path, headers: request.headers, body, atMs: performance.now() });
    const scripted = this.#scripted.shift() ?? {};
    const good = scripted.body === undefined ? this.#answer(path, body) : { status: 200, body: scripted.body };
    if (scripted.delayMs !== undefined) await sleep(scripted.delayMs, undefined, { ref: false });
    await send(response, { ...scripted, status: scripted.status ?? good.status, body: good.body });
  }

  #answer(path: string, body: Record<string, unknown>): { readonly status: number; readonly body: string } {
    if (path === '/v1/embeddings') return embeddingsAnswerOf(body, this.options);
    if (path === '/v1/chat/completions') return chatAnswerOf(body, this.options.chat);
    return { status: 404, body: '{"error":{"message":"no such path"}}' };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > REQUEST_BYTES_MAX) throw new Error('the request is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function send(response: ServerResponse, reply: ScriptedReply): Promise<void> {
  const { status = 200, headers, body = '', resetAfterBytes, hangAfterBytes } = reply;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  const cutAt = resetAfterBytes ?? hangAfterBytes;
  if (cutAt === undefined) {
    response.end(body);
    return;
  }
  await new Promise((resolve) => response.write(body.slice(0, cutAt), resolve));
  if (resetAfterBytes !== undefined) response.destroy();
}
