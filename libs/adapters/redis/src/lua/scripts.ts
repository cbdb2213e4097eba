import { FIND_HAND_OFF, GET_DOCUMENT, OPEN_SESSION, WRITE_DOCUMENTS } from './document-scripts.js';
import { IDLE_SESSIONS, NOTE_ENDED } from './idle-scripts.js';
import { EXPIRE_SESSIONS, FIND_IDS, PROBE_SUBJECT, SWEEP_SUBJECT } from './sweep-scripts.js';
import { APPEND_TURNS, LAST_TURNS, TURNS_OF_SUBJECT } from './turn-scripts.js';

/** All that the engine is told to keep when a connection is opened. */
export const SCRIPTS = [
  APPEND_TURNS,
  LAST_TURNS,
  TURNS_OF_SUBJECT,
  WRITE_DOCUMENTS,
  GET_DOCUMENT,
  OPEN_SESSION,
  FIND_HAND_OFF,
  SWEEP_SUBJECT,
  PROBE_SUBJECT,
  FIND_IDS,
  EXPIRE_SESSIONS,
  IDLE_SESSIONS,
  NOTE_ENDED,
];
