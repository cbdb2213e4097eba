import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import {
  ACCEPTED_TURNS,
  AUDIT_JOURNAL,
  ACCESS_COUNTS,
  AUDITABLE_STORES,
  CATALOGUE,
  CLOCK,
  CONTROL_STORE,
  EMBEDDER,
  ERASABLE_STORES,
  ERASURE_JOURNAL,
  EVENT_LOG,
  FACT_GRAPH,
  ISSUER_STORE,
  KEY_VAULT,
  LANGUAGE_MODEL,
  MEMORY_SURVEY,
  MEMORY_VERSIONS,
  ORGANISATION_STORE,
  SESSION_ENDS,
  SESSION_STORE,
  SHADOW_STORES,
  SUBJECT_REGISTRY,
  SUBJECT_TOPICS_INDEX,
  USAGE_STORE,
  VECTOR_INDEX,
  VECTOR_SURVEY,
  WEBHOOK_CALLER,
  WEBHOOK_STORE,
} from '@mneme/ports';
import {
  AcceptCommands,
  AuthGuard,
  BudgetMeter,
  EndSessions,
  type JwtConfig,
  Keyring,
  Logger,
  Metrics,
  Readiness,
  TokenVerifier,
  TurnOrder,
} from '@mneme/platform';
import type { Engines } from './open-engines.js';

export interface Observability {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}

/** Gives every service its ports, the keyring and the guard. */
@Module({})
export class EnginesModule {
  static register(
    engines: Engines,
    { logger, metrics, readiness }: Observability,
    jwt: JwtConfig = { issuers: [] },
  ): DynamicModule {
    const { stores, embedder, languageModel, clock, keyring } = engines;
    const tokens = new TokenVerifier(jwt, { clock, logger, metrics });
    const guard = new AuthGuard({
      tokens,
      issuerStore: stores.issuerStore,
      controlStore: stores.controlStore,
      organisationStore: stores.organisationStore,
      keyring,
      clock,
    });
    const providers = [
      value(EVENT_LOG, stores.log),
      value(MEMORY_VERSIONS, stores.memoryVersions),
      value(ACCEPTED_TURNS, stores.acceptedTurns),
      value(CONTROL_STORE, stores.controlStore),
      value(SUBJECT_REGISTRY, stores.subjectRegistry),
      value(ORGANISATION_STORE, stores.organisationStore),
      value(KEY_VAULT, stores.keyVault),
      value(ERASURE_JOURNAL, stores.erasureJournal),
      value(SUBJECT_TOPICS_INDEX, stores.subjectTopics),
      value(CATALOGUE, stores.catalogue),
      value(ACCESS_COUNTS, stores.accessCounts),
      value(VECTOR_INDEX, stores.vectorIndex),
      value(FACT_GRAPH, stores.factGraph),
      value(SESSION_STORE, stores.sessionStore),
      value(SESSION_ENDS, stores.sessionStore),
      value(SHADOW_STORES, stores.shadowStores),
      value(ERASABLE_STORES, [
        stores.catalogue,
        stores.vectorIndex,
        stores.factGraph,
        stores.sessionStore,
        stores.acceptedTurns,
      ]),
      value(AUDITABLE_STORES, [stores.catalogue, stores.vectorIndex, stores.factGraph]),
      ...portsOfMaintenance(engines),
      value(EMBEDDER, embedder),
      value(LANGUAGE_MODEL, languageModel),
      value(CLOCK, clock),
      value(Keyring, keyring),
      value(BudgetMeter, engines.budgets),
      value(USAGE_STORE, stores.usageStore),
      value(ISSUER_STORE, stores.issuerStore),
      value(TokenVerifier, tokens),
      value(AuthGuard, guard),
      ...writersOf(engines, logger),
      value(Logger, logger),
      value(Metrics, metrics),
      value(Readiness, readiness),
    ];
    return { module: EnginesModule, global: true, providers, exports: providers };
  }
}

/** What maintenance alone asks for. */
function portsOfMaintenance({ stores, webhookCaller }: Engines): readonly Provider[] {
  return [
    value(MEMORY_SURVEY, stores.memorySurvey),
    value(VECTOR_SURVEY, stores.vectorSurvey),
    value(AUDIT_JOURNAL, stores.auditJournal),
    value(WEBHOOK_STORE, stores.webhookStore),
    value(WEBHOOK_CALLER, webhookCaller),
  ];
}

/** What writes to `turns` from more than one service, in one order. */
function writersOf({ stores, clock, keyring }: Engines, logger: Logger): readonly Provider[] {
  const { log, acceptedTurns, sessionStore: sessionEnds } = stores;
  const order = new TurnOrder({ acceptedTurns, log, clock, logger });
  const ports = { keyring, acceptedTurns, log, order, logger };
  return [
    value(TurnOrder, order),
    value(AcceptCommands, new AcceptCommands(ports)),
    value(EndSessions, new EndSessions({ ...ports, sessionEnds })),
  ];
}

function value(provide: symbol | (new (...parts: never[]) => unknown), useValue: unknown) {
  return { provide, useValue } as Provider;
}
