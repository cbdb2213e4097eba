import { Channel, type ChannelCredentials, credentials, type ChannelOptions } from '@grpc/grpc-js';
import { InvalidInput } from '@mneme/domain';

/** Certificates and a key in PEM. */
export interface TlsOptions {
  /** Who may vouch for the service; absent: those that Node trusts. */
  readonly rootCertificates?: Buffer;
  /** What this client shows of itself, with its key; both or neither. */
  readonly certificateChain?: Buffer;
  readonly privateKey?: Buffer;
}

/** Those that serve gRPC when each service is a process of its own. */
export const APP_NAMES = ['ingest', 'retrieval', 'erasure', 'maintenance'] as const;
export type AppName = (typeof APP_NAMES)[number];
export type ServiceAddresses = Readonly<Partial<Record<AppName, string>>>;

/** Where Mneme is, and how it is spoken to. */
export interface Place {
  /** `host:port` of one process that serves all, or of what routes to those that do. */
  readonly address: string;
  /** `host:port` of those that are to be reached by themselves; the rest is at `address`. */
  readonly services?: ServiceAddresses | undefined;
  /** Absent: plain text, for the loopback interface and networks that encrypt by themselves. */
  readonly tls?: TlsOptions | undefined;
}

// Fifty hits or two hundred memories of 64 KiB each, with their fields; the default of 4 MiB would refuse them.
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': ANSWER_BYTES_MAX,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
};

/** One channel for each address of a place; none is opened before the first call. @throws InvalidInput. */
export class Channels {
  readonly credentials: ChannelCredentials;
  private readonly channels = new Map<string, Channel>();

  constructor(private readonly place: Place) {
    this.credentials = credentialsOf(place);
  }

  addressOf(app: AppName): string {
    return this.place.services?.[app] ?? this.place.address;
  }

  to(address: string): Channel {
    const channel = this.channels.get(address) ?? channelTo(address, this.credentials);
    this.channels.set(address, channel);
    return channel;
  }

  close(): void {
    for (const channel of this.channels.values()) channel.close();
  }
}

function credentialsOf({ tls }: Place): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const { rootCertificates, privateKey, certificateChain } = tls;
  try {
    return credentials.createSsl(rootCertificates ?? null, privateKey ?? null, certificateChain ?? null);
  } catch (cause) {
    throw new InvalidInput('the certificates or the key of this client are not valid PEM', { field: 'tls', cause });
  }
}

function channelTo(address: string, secure: ChannelCredentials): Channel {
  if (!/^(?:\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/.test(address)) {
    throw new InvalidInput('an address is given as host:port, for example 127.0.0.1:7301', { field: 'address' });
  }
  return new Channel(address, secure, CHANNEL_OPTIONS);
}
