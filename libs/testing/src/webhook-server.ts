import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certified } from './certificates.js';

export interface WebhookRequestSeen {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly body: string;
}

export type WebhookAnswer = (request: WebhookRequestSeen, response: ServerResponse) => void;

/** A webhook of a test's own, on the loopback interface: it answers what the test says, if at all. */
export class WebhookServer {
  readonly seen: WebhookRequestSeen[] = [];
  /** Connections that were made, also those that sent nothing. */
  connections = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
    readonly port: number,
  ) {
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  static async start(answer: WebhookAnswer, certified?: Certified): Promise<WebhookServer> {
    const heard: { by?: WebhookServer } = {};
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      void bodyOf(request).then((body) => {
        const seen = { headers: request.headers, path: request.url ?? '', body };
        heard.by?.seen.push(seen);
        answer(seen, response);
      });
    };
    const server =
      certified === undefined
        ? createServer(listener)
        : createTlsServer({ cert: certified.certificate, key: certified.key }, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const origin = certified === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
    heard.by = new WebhookServer(server, `${origin}/verify?of=mneme`, port);
    return heard.by;
  }

  /** Also of connections that hang. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

export function answerJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
