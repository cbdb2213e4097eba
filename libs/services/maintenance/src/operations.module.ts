import { type DynamicModule, Module } from '@nestjs/common';
import { type Clock, CLOCK, EVENT_LOG, type EventLog } from '@mneme/ports';
import { AcceptCommands, AuthGuard, Keyring, Metrics } from '@mneme/platform';
import { Admins } from './admins.js';
import { DeadLetterTopic } from './operations/dead-letter-topic.js';
import { ListDeadLetters } from './operations/list-dead-letters.js';
import { OperationsController } from './operations.controller.js';
import { MeasureLag } from './operations/measure-lag.js';
import { ReadLag } from './operations/read-lag.js';
import { RedriveDeadLetters } from './operations/redrive-dead-letters.js';

/** Serves `Operations`. */
@Module({})
export class OperationsModule {
  static register(): DynamicModule {
    return { module: OperationsModule, controllers: [OperationsController], providers };
  }
}

const providers = [
  { provide: Admins, inject: [AuthGuard], useFactory: (guard: AuthGuard) => new Admins(guard) },
  {
    provide: ReadLag,
    inject: [EVENT_LOG, CLOCK],
    useFactory: (log: EventLog, clock: Clock) => new ReadLag(log, clock),
  },
  {
    provide: MeasureLag,
    inject: [ReadLag, Metrics],
    useFactory: (lag: ReadLag, metrics: Metrics) => new MeasureLag(lag, metrics),
  },
  { provide: DeadLetterTopic, inject: [EVENT_LOG], useFactory: (log: EventLog) => new DeadLetterTopic(log) },
  {
    provide: ListDeadLetters,
    inject: [EVENT_LOG, DeadLetterTopic],
    useFactory: (log: EventLog, topic: DeadLetterTopic) => new ListDeadLetters(log, topic),
  },
  {
    provide: RedriveDeadLetters,
    inject: [EVENT_LOG, DeadLetterTopic, AcceptCommands, Keyring, CLOCK, Metrics],
    useFactory: (...given: [EventLog, DeadLetterTopic, AcceptCommands, Keyring, Clock, Metrics]) => {
      const [log, topic, commands, keyring, clock, metrics] = given;
      const observer = {
        redriven: (group: string) => metrics.increment('mneme_dead_letters_redriven_total', { group }),
      };
      return new RedriveDeadLetters({ log, topic, commands, keyring, clock, observer });
    },
  },
];
