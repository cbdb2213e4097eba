/** Sizes of what agents keep of sessions, by the name that an error gives. */
export const SESSION_LIMITS = {
  /** Of a task's or a working state, as JSON. */
  stateBytesMax: 65_536,
  noteBytesMax: 16_384,
  /** Memories that a resume gives: of the session, and of the receiver's teams. */
  resumeMemoriesMax: 50,
  /** How long a resume token may hold; the session is gone by then anyway. */
  resumeMinutesMax: 1_440,
  summarySentencesMax: 8,
} as const;
