import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import {
  ACCEPTED_TURNS,
  type AcceptedTurns,
  type Catalogue,
  CATALOGUE,
  CLOCK,
  type Clock,
  type ErasableStore,
  EVENT_LOG,
  type EventLog,
  SESSION_STORE,
  type SessionStore,
  SUBJECT_REGISTRY,
  type SubjectRegistry,
} from '@mneme/ports';
import {
  AcceptCommands,
  AuthGuard,
  BudgetMeter,
  CallErrors,
  Keyring,
  Logger,
  Metrics,
  TurnOrder,
} from '@mneme/platform';
import { AcceptTurns } from './accept-turns.js';
import { CommandsController } from './commands/commands.controller.js';
import { GiveCommand } from './commands/give-command.js';
import type { IngestConfig } from './ingest.config.js';
import { IngestController } from './ingest.controller.js';
import { StreamLines } from './ndjson/stream-lines.js';
import { SessionWriter } from './session-writer.js';
import { StreamTurns } from './stream-turns.js';
import { TurnsController } from './turns.controller.js';

/** Serves `Ingest` and `Commands` over gRPC, `/v1/turns` and `/v1/commands` over HTTP. */
@Module({})
export class IngestModule implements OnApplicationShutdown {
  constructor(private readonly acceptTurns: AcceptTurns) {}

  static register(config: IngestConfig): DynamicModule {
    const providers = [
      sessionWriterProvider(config),
      acceptTurnsProvider(config),
      streamTurnsProvider(config),
      giveCommandProvider(config),
      streamLinesProvider(config),
    ];
    return {
      module: IngestModule,
      controllers: [IngestController, TurnsController, CommandsController],
      providers,
      exports: [AcceptTurns],
    };
  }

  /** The servers are closed by now: what they accepted goes where it can. */
  async onApplicationShutdown(): Promise<void> {
    await this.acceptTurns.stop();
  }
}

function sessionWriterProvider(config: IngestConfig) {
  return {
    provide: SessionWriter,
    inject: [SESSION_STORE, SUBJECT_REGISTRY, Metrics, Logger],
    useFactory: (
      sessionStore: SessionStore & ErasableStore,
      registry: SubjectRegistry,
      ...[metrics, logger]: [Metrics, Logger]
    ) => new SessionWriter({ sessionStore, registry, metrics, logger }, config),
  };
}

type AcceptParts = [TurnOrder, AcceptedTurns, EventLog, Clock, AuthGuard, Keyring, ...Rest];
type Rest = [SessionWriter, BudgetMeter, Metrics, Logger];

function acceptTurnsProvider(config: IngestConfig) {
  return {
    provide: AcceptTurns,
    inject: [
      TurnOrder,
      ACCEPTED_TURNS,
      EVENT_LOG,
      CLOCK,
      AuthGuard,
      Keyring,
      SessionWriter,
      BudgetMeter,
      Metrics,
      Logger,
    ],
    useFactory: (...parts: AcceptParts) => {
      const [order, acceptedTurns, log, clock, guard, keyring, sessionWriter, budgets, metrics, logger] = parts;
      order.follow(() => sessionWriter.caughtUp());
      const writing = { order, acceptedTurns, log, clock, sessionWriter };
      const ports = { ...writing, guard, keyring, budgets, metrics, logger };
      return new AcceptTurns(ports, config);
    },
  };
}

function streamTurnsProvider(config: IngestConfig) {
  return {
    provide: StreamTurns,
    inject: [AuthGuard, AcceptTurns, Metrics, Logger],
    useFactory: (guard: AuthGuard, acceptTurns: AcceptTurns, ...[metrics, logger]: [Metrics, Logger]) =>
      new StreamTurns({ guard, acceptTurns, errors: new CallErrors(logger, metrics) }, config),
  };
}

type CommandParts = [Catalogue, AcceptCommands, AuthGuard, Keyring, BudgetMeter, Metrics];

function giveCommandProvider(config: IngestConfig) {
  return {
    provide: GiveCommand,
    inject: [CATALOGUE, AcceptCommands, AuthGuard, Keyring, BudgetMeter, Metrics],
    useFactory: (...[catalogue, acceptCommands, guard, keyring, budgets, metrics]: CommandParts) =>
      new GiveCommand({ catalogue, acceptCommands, guard, keyring, budgets, metrics }, config.limits),
  };
}

function streamLinesProvider(config: IngestConfig) {
  return {
    provide: StreamLines,
    inject: [AuthGuard, AcceptTurns, Metrics, Logger],
    useFactory: (guard: AuthGuard, acceptTurns: AcceptTurns, ...[metrics, logger]: [Metrics, Logger]) =>
      new StreamLines({ guard, acceptTurns, errors: new CallErrors(logger, metrics) }, config),
  };
}
