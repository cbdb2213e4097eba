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
import type { OpenEngines } from './open-engines.js';

export interface Observability {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}

/**
 * Gives every service its ports, the keyring and the guard. Of an engine that was not opened there is nothing: a service that
 * asks for it cannot be built.
 */
@Module({})
export class EnginesModule {
  static register(
    engines: OpenEngines,
    { logger, metrics, readiness }: Observability,
    jwt: JwtConfig = { issuers: [] },
  ): DynamicModule {
    const { stores, clock, keyring } = engines;
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
      ...portsOf(engines),
      ...portsOfUpkeep(engines),
      value(CLOCK, clock),
      value(Keyring, keyring),
      value(BudgetMeter, engines.budgets),
      value(TokenVerifier, tokens),
      value(AuthGuard, guard),
      ...writersOf(engines, logger),
      value(Logger, logger),
      value(Metrics, metrics),
      value(Readiness, readiness),
    ].filter(isOpen);
    return { module: EnginesModule, global: true, providers, exports: providers };
  }
}

function portsOf({ stores, embedder, languageModel }: OpenEngines): readonly Given[] {
  return [
    value(EVENT_LOG, stores.log),
    value(MEMORY_VERSIONS, stores.memoryVersions),
    value(ACCEPTED_TURNS, stores.acceptedTurns),
    value(CONTROL_STORE, stores.controlStore),
    value(SUBJECT_REGISTRY, stores.subjectRegistry),
    value(ORGANISATION_STORE, stores.organisationStore),
    value(KEY_VAULT, stores.keyVault),
    value(SUBJECT_TOPICS_INDEX, stores.subjectTopics),
    value(CATALOGUE, stores.catalogue),
    value(ACCESS_COUNTS, stores.accessCounts),
    value(USAGE_STORE, stores.usageStore),
    value(ISSUER_STORE, stores.issuerStore),
    value(VECTOR_INDEX, stores.vectorIndex),
    value(FACT_GRAPH, stores.factGraph),
    value(SESSION_STORE, stores.sessionStore),
    value(SESSION_ENDS, stores.sessionStore),
    value(EMBEDDER, embedder),
    value(LANGUAGE_MODEL, languageModel),
  ];
}

/** What erasure and maintenance alone ask for. */
function portsOfUpkeep({ stores, webhookCaller }: OpenEngines): readonly Given[] {
  const { catalogue, vectorIndex, factGraph, sessionStore, acceptedTurns } = stores;
  return [
    value(ERASURE_JOURNAL, stores.erasureJournal),
    value(SHADOW_STORES, stores.shadowStores),
    value(MEMORY_SURVEY, stores.memorySurvey),
    value(VECTOR_SURVEY, stores.vectorSurvey),
    value(AUDIT_JOURNAL, stores.auditJournal),
    value(WEBHOOK_STORE, stores.webhookStore),
    value(WEBHOOK_CALLER, webhookCaller),
    value(ERASABLE_STORES, allOf([catalogue, vectorIndex, factGraph, sessionStore, acceptedTurns])),
    value(AUDITABLE_STORES, allOf([catalogue, vectorIndex, factGraph])),
  ];
}

/** Some of the stores are worse than none: an erasure of those would leave the rest. */
function allOf<T>(stores: readonly (T | undefined)[]): readonly T[] | undefined {
  const open = stores.filter((store) => store !== undefined);
  return open.length === stores.length ? open : undefined;
}

/** What writes to `turns` from more than one service, in one order. */
function writersOf({ stores, clock, keyring }: OpenEngines, logger: Logger): readonly Given[] {
  const { log, acceptedTurns, sessionStore: sessionEnds } = stores;
  const order = new TurnOrder({ acceptedTurns, log, clock, logger });
  const ports = { keyring, acceptedTurns, log, order, logger };
  return [
    value(TurnOrder, order),
    value(AcceptCommands, new AcceptCommands(ports)),
    value(EndSessions, sessionEnds === undefined ? undefined : new EndSessions({ ...ports, sessionEnds })),
  ];
}

interface Given {
  readonly provide: symbol | (new (...parts: never[]) => unknown);
  readonly useValue: unknown;
}

function value(provide: Given['provide'], useValue: unknown): Given {
  return { provide, useValue };
}

function isOpen(given: Given): given is Given & Provider {
  return given.useValue !== undefined;
}
