import {
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import {
  type AdminServer,
  AdminService,
  type CommandsServer,
  CommandsService,
  type ErasureServer,
  ErasureService,
  ERROR_TRAILER,
  type IngestServer,
  IngestService,
  type MaintenanceServer,
  MaintenanceService,
  type OrganisationServer,
  OrganisationService,
  type OperationsServer,
  OperationsService,
  type QuarantineServer,
  QuarantineService,
  type Refusal,
  type RetrievalServer,
  RetrievalService,
  type SessionsServer,
  SessionsService,
} from '@mneme/proto';

/** A service that answers what a test tells it to, over real gRPC; calls without a handler are unimplemented. */
export interface StubHandlers {
  readonly ingest?: Partial<IngestServer>;
  readonly commands?: Partial<CommandsServer>;
  readonly retrieval?: Partial<RetrievalServer>;
  readonly sessions?: Partial<SessionsServer>;
  readonly erasure?: Partial<ErasureServer>;
  readonly admin?: Partial<AdminServer>;
  readonly organisation?: Partial<OrganisationServer>;
  readonly operations?: Partial<OperationsServer>;
  readonly quarantine?: Partial<QuarantineServer>;
  readonly maintenance?: Partial<MaintenanceServer>;
}

export interface StubService {
  readonly address: string;
  /** Idempotent; ends open calls. */
  close(): void;
}

/** Listens on a free port of the loopback interface. */
export async function startStubService(handlers: StubHandlers): Promise<StubService> {
  const server = new Server();
  server.addService(IngestService, implementationOf(handlers.ingest));
  server.addService(CommandsService, implementationOf(handlers.commands));
  server.addService(RetrievalService, implementationOf(handlers.retrieval));
  server.addService(SessionsService, implementationOf(handlers.sessions));
  server.addService(ErasureService, implementationOf(handlers.erasure));
  server.addService(AdminService, implementationOf(handlers.admin));
  server.addService(OrganisationService, implementationOf(handlers.organisation));
  server.addService(OperationsService, implementationOf(handlers.operations));
  server.addService(QuarantineService, implementationOf(handlers.quarantine));
  server.addService(MaintenanceService, implementationOf(handlers.maintenance));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

// A call without a handler is answered by the server itself, as unimplemented.
function implementationOf(handlers: object | undefined): UntypedServiceImplementation {
  return { ...handlers };
}

/** The failure of a call as the service sends it: a status, and the refusal in the trailer. */
export function failureOf(refusal: Refusal, code: status = status.INVALID_ARGUMENT): ServiceError {
  const metadata = new Metadata();
  metadata.set(ERROR_TRAILER, JSON.stringify(refusal));
  return Object.assign(new Error(refusal.message), { code, details: refusal.message, metadata });
}
