import { type DynamicModule, Module } from '@nestjs/common';
import {
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
  SESSION_ENDS,
  type SessionEnds,
  SHADOW_STORES,
  type ShadowStores,
} from '@mneme/ports';
import {
  AuthGuard,
  EndSessions,
  Keyring,
  Logger,
  Metrics,
  type ProjectionFactory,
  TokenVerifier,
} from '@mneme/platform';
import { AdminController } from './admin.controller.js';
import { Admins } from './admins.js';
import { ApiKeys } from './api-keys.js';
import { RunAudits } from './audits/run-audits.js';
import { EndIdleSessions } from './end-idle-sessions.js';
import { DigestController, REPLAY_PORTS } from './digest.controller.js';
import { Housekeeping } from './housekeeping.js';
import { IssuersController } from './issuers.controller.js';
import { Issuers } from './issuers.js';
import { MaintenanceController } from './maintenance.controller.js';
import { OrganisationController } from './organisation.controller.js';
import { Organisation } from './organisation.js';
import { PolicyController } from './policy.controller.js';
import { ReadStatus, type StatusSources } from './read-status.js';
import type { Consumers, SwitchPorts } from './switch-stores.js';
import { Tenants } from './tenants.js';
import { type UpkeepOptions, upkeepProviders } from './upkeep.providers.js';
import { VerifyCritical } from './webhook/verify-critical.js';

/** What only the process knows of itself. */
export type MaintenanceOptions = Pick<StatusSources, 'version' | 'dataDirectory' | 'diskBytes' | 'vectorModels'> &
  UpkeepOptions & {
    /** The modules that provide the projections which a replay goes through, each with the token of its factory. */
    readonly projections: readonly { readonly module: DynamicModule; readonly token: symbol }[];
    readonly consumers: Consumers;
  };

/** Serves `Admin` and `Maintenance`; provides what a process needs of it, and what it starts and stops. */
@Module({})
export class MaintenanceModule {
  static register(options: MaintenanceOptions): DynamicModule {
    return {
      module: MaintenanceModule,
      imports: options.projections.map(({ module }) => module),
      controllers: [
        AdminController,
        OrganisationController,
        IssuersController,
        PolicyController,
        DigestController,
        MaintenanceController,
      ],
      providers: [
        ...administration,
        statusProvider(options),
        replayProvider(options),
        idleProvider,
        ...upkeepProviders(options),
      ],
      exports: [Tenants, ApiKeys, Housekeeping, EndIdleSessions, RunAudits, VerifyCritical],
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

const idleProvider = {
  provide: EndIdleSessions,
  inject: [SESSION_ENDS, EndSessions, Keyring, CLOCK, Logger],
  useFactory: (sessionEnds: SessionEnds, endSessions: EndSessions, ...rest: [Keyring, Clock, Logger]) => {
    const [keyring, clock, logger] = rest;
    return new EndIdleSessions({ sessionEnds, endSessions, keyring, clock, logger });
  },
};

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
