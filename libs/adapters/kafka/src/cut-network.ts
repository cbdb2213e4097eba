import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

type State = 'open' | 'cut' | 'mute';

/** For specs: a network to one broker that can be cut, or lose the answers, while the broker itself stays up. */
export class CutNetwork {
  private state: State = 'open';
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** To `host:port`. */
  static async to(broker: string): Promise<CutNetwork> {
    const [host = '', port = ''] = broker.split(':');
    const server = createServer();
    const network = new CutNetwork(server);
    server.on('connection', (near) => network.join(near, connect(Number(port), host)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  readonly socketFactory: ISocketFactory = ({ onConnect }) => {
    const { port } = this.server.address() as AddressInfo;
    return connect({ host: '127.0.0.1', port }, onConnect);
  };

  /** Ends all connections, and each new one at once. */
  cut(): void {
    this.state = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  /** Lets requests through and loses every answer. */
  mute(): void {
    this.state = 'mute';
  }

  /** Connections that lost an answer are ended, new ones work. */
  mend(): void {
    if (this.state === 'mute') this.cut();
    this.state = 'open';
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    if (this.state === 'cut') near.destroy();
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (this.state !== 'mute') near.write(bytes);
    });
  }
}
