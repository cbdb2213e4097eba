import { logLevel } from 'kafkajs';

/** Hears of what happens to connections and groups: ids, names and numbers, never a record. */
export type KafkaLog = (level: 'warn' | 'error', message: string, error?: unknown) => void;

interface ClientEntry {
  readonly level: logLevel;
  readonly log: { readonly message: string; readonly broker?: string; readonly groupId?: string };
}

/** What kafkajs would print, as lines for `log`: its message and where, none of its other fields. */
export function clientLogTo(log: KafkaLog): () => (entry: ClientEntry) => void {
  return () => (entry) => {
    const { message, broker, groupId } = entry.log;
    const place = broker ?? groupId;
    const text = String(message);
    log(entry.level === logLevel.ERROR ? 'error' : 'warn', place === undefined ? text : `${text} (${place})`);
  };
}
