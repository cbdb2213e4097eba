import { type DynamicModule, Module } from '@nestjs/common';
import { type Clock, CLOCK, EVENT_LOG, type EventLog, SUBJECT_TOPICS_INDEX, type SubjectTopics } from '@mneme/ports';
import { AuthGuard, Keyring, Metrics } from '@mneme/platform';
import { Admins } from '../admins.js';
import { DecideQuarantine } from './decide-quarantine.js';
import { ListQuarantine } from './list-quarantine.js';
import { QuarantineTopic } from './quarantine-topic.js';
import { QuarantineController } from './quarantine.controller.js';

/** Serves `Quarantine`. */
@Module({})
export class QuarantineModule {
  static register(): DynamicModule {
    return { module: QuarantineModule, controllers: [QuarantineController], providers };
  }
}

const providers = [
  { provide: Admins, inject: [AuthGuard], useFactory: (guard: AuthGuard) => new Admins(guard) },
  {
    provide: QuarantineTopic,
    inject: [EVENT_LOG, SUBJECT_TOPICS_INDEX],
    useFactory: (log: EventLog, topics: SubjectTopics) => new QuarantineTopic(log, topics),
  },
  {
    provide: ListQuarantine,
    inject: [EVENT_LOG, QuarantineTopic, Keyring, AuthGuard],
    useFactory: (...[log, topic, keyring, guard]: [EventLog, QuarantineTopic, Keyring, AuthGuard]) =>
      new ListQuarantine({ log, topic, keyring, guard }),
  },
  {
    provide: DecideQuarantine,
    inject: [EVENT_LOG, QuarantineTopic, Keyring, CLOCK, Metrics],
    useFactory: (...[log, topic, keyring, clock, metrics]: [EventLog, QuarantineTopic, Keyring, Clock, Metrics]) =>
      new DecideQuarantine({
        log,
        topic,
        keyring,
        clock,
        observer: { decided: (decision) => metrics.increment('mneme_quarantine_decisions_total', { decision }) },
      }),
  },
];
