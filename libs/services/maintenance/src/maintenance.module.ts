import { type DynamicModule, Module } from '@nestjs/common';
import {
  ACCEPTED_TURNS,
  type AcceptedTurns,
  type Clock,
  CLOCK,
  CONTROL_STORE,
  type ControlStore,
  type Embedder,
  EMBEDDER,
  EVENT_LOG,
  type EventLog,
  ISSUER_STORE,
  type IssuerStore,
  KEY_VAULT,
  type KeyVault,
  ORGANISATION_STORE,
  type OrganisationStore,
  SESSION_STORE,
  type SessionStore,
  SHADOW_STORES,
  type ShadowStores,
  USAGE_STORE,
  type UsageStore,
} from '@mneme/ports';
import { AuthGuard, Keyring, Logger, Metrics, type ProjectionFactory, TokenVerifier } from '@mneme/platform';
import { AdminController } from './admin.controller.js';
import { Admins } from './admins.js';
import { ApiKeys } from './api-keys.js';
import { DigestController, REPLAY_PORTS } from './digest.controller.js';
import { Housekeeping } from './housekeeping.js';
import { IssuersController } from './issuers.controller.js';
import { Issuers } from './issuers.js';
import { OrganisationController } from './organisation.controller.js';
import { Organisation } from './organisation.js';
import { PolicyController } from './policy.controller.js';
import { ReadStatus, type StatusSources } from './read-status.js';
import type { Consumers, SwitchPorts } from './switch-stores.js';
import { Tenants } from './tenants.js';

/** What only the process knows of itself. */
export type MaintenanceOptions = Pick<StatusSources, 'version' | 'dataDirectory' | 'diskBytes' | 'vectorModels'> & {
  readonly housekeepingMs: number;
  /** The modules that provide the projections which a replay goes through, each with the token of its factory. */
  readonly projections: readonly { readonly module: DynamicModule; readonly token: symbol }[];
  readonly consumers: Consumers;
};

/** Serves `Admin`; provides `Tenants`, `ApiKeys` and `Housekeeping`. */
@Module({})
export class MaintenanceModule {
  static register(options: MaintenanceOptions): DynamicModule {
    return {
      module: MaintenanceModule,
      imports: options.projections.map(({ module }) => module),
      controllers: [AdminController, OrganisationController, IssuersController, PolicyController, DigestController],
      providers: [...administration, statusProvider(options), replayProvider(options), housekeepingProvider(options)],
      exports: [Tenants, ApiKeys, Housekeeping],
    };
  }
}

const administration = [
  { provide: Admins, inject: [AuthGuard], useFactory: (guard: AuthGuard) => new Admins(guard) },
  {
    provide: Tenants,
    inject: [CONTROL_STORE, KEY_VAULT, Keyring, CLOCK],
    useFactory: (controlStore: ControlStore, vault: KeyVault, keyring: Keyring, clock: Clock) =>
      new Tenants({ controlStore, vault, keyring, clock }),
  },
  {
    provide: ApiKeys,
    inject: [CONTROL_STORE, CLOCK],
    useFactory: (controlStore: ControlStore, clock: Clock) => new ApiKeys(controlStore, clock),
  },
  {
    provide: Issuers,
    inject: [ISSUER_STORE, CLOCK, TokenVerifier],
    useFactory: (issuerStore: IssuerStore, clock: Clock, tokens: TokenVerifier) =>
      new Issuers({ issuerStore, clock, knows: (issuer) => tokens.knows(issuer) }),
  },
  {
    provide: Organisation,
    inject: [ORGANISATION_STORE, CONTROL_STORE, CLOCK],
    useFactory: (organisationStore: OrganisationStore, controlStore: ControlStore, clock: Clock) =>
      new Organisation({ organisationStore, controlStore, clock }),
  },
];

function replayProvider({ projections, consumers }: MaintenanceOptions) {
  return {
    provide: REPLAY_PORTS,
    inject: [EVENT_LOG, Keyring, CLOCK, EMBEDDER, SHADOW_STORES, ...projections.map(({ token }) => token)],
    useFactory: (
      log: EventLog,
      keyring: Keyring,
      ...[clock, embedder, shadowStores, ...factories]: [Clock, Embedder, ShadowStores, ...ProjectionFactory[]]
    ): SwitchPorts => {
      const all: ProjectionFactory = (store) => factories.flatMap((factory) => factory(store));
      const nowMs = () => clock.nowMs();
      return { log, keyring, embedder, shadowStores, projections: all, consumers, nowMs };
    },
  };
}

function statusProvider(options: MaintenanceOptions) {
  return {
    provide: ReadStatus,
    inject: [EVENT_LOG, EMBEDDER, Metrics],
    useFactory: (log: EventLog, embedder: Embedder, metrics: Metrics) =>
      new ReadStatus({ log, embedder, metrics, ...options }),
  };
}

type KeptHouse = [AcceptedTurns, SessionStore, UsageStore, Clock, Logger];

function housekeepingProvider({ housekeepingMs }: MaintenanceOptions) {
  return {
    provide: Housekeeping,
    inject: [ACCEPTED_TURNS, SESSION_STORE, USAGE_STORE, CLOCK, Logger],
    useFactory: (...[acceptedTurns, sessionStore, usageStore, clock, logger]: KeptHouse) =>
      new Housekeeping({ acceptedTurns, sessionStore, usageStore, clock, logger }, housekeepingMs),
  };
}
