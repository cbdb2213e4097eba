import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Address } from '../config.js';
import { GrpcErrorFilter } from '../grpc-error-filter.js';
import { grpcOptions, type GrpcServing, type healthService } from '../grpc-server.js';
import type { Readiness } from '../health.controller.js';
import { HttpErrorFilter } from '../http-error-filter.js';
import { type Logger, NestLogger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { httpsOptionsOf, type TlsConfig } from '../tls.config.js';
import { REQUEST_BYTES_MAX } from '../unread-request.js';
import { freePort } from './free-port.js';

export interface AppSurroundings {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tls: TlsConfig | undefined;
}

/** Builds the services of a module, with the HTTP edge that all processes have; nothing listens yet. */
export async function createServiceApp(
  module: DynamicModule,
  { logger, metrics, tls }: AppSurroundings,
): Promise<NestExpressApplication> {
  const https = tls === undefined ? {} : { httpsOptions: httpsOptionsOf(tls) };
  const options = { logger: new NestLogger(logger), bodyParser: false, abortOnError: false, ...https };
  const app = await NestFactory.create<NestExpressApplication>(module, options);
  app.useBodyParser('json', { limit: REQUEST_BYTES_MAX });
  app.useGlobalFilters(new HttpErrorFilter(logger, metrics));
  return app;
}

export interface GrpcEdge extends AppSurroundings, Pick<GrpcServing, 'services'> {
  /** Port 0: any that is free. */
  readonly address: Address;
  readonly health: ReturnType<typeof healthService>;
}

/** Adds the gRPC edge; answers where it will listen once the microservices are started. */
export async function addGrpc(app: NestExpressApplication, edge: GrpcEdge): Promise<Address> {
  const { address, health, logger, metrics, tls, services } = edge;
  const place = { host: address.host, port: address.port || (await freePort(address.host)) };
  const options = grpcOptions(place, health, { tls, services });
  const microservice = app.connectMicroservice(options, { deferInitialization: true });
  microservice.useGlobalFilters(new GrpcErrorFilter(logger, metrics));
  return place;
}

interface Request {
  readonly path: string;
}

interface Response {
  status(code: number): { json(body: object): void };
}

const ALWAYS_ANSWERED: readonly string[] = ['/healthz', '/readyz', '/metrics'];

/** Lets requests in only once the process has started; until then it answers how it is, and nothing else. */
export function answerOnlyWhenStarted(app: NestExpressApplication, readiness: Pick<Readiness, 'isReady'>): void {
  app.use(({ path }: Request, response: Response, next: () => void) => {
    if (readiness.isReady || ALWAYS_ANSWERED.includes(path)) return next();
    const error = { code: 'unavailable', message: 'the service is starting or stopping; send the request again later' };
    response.status(503).json({ error });
  });
}
