const ignore = () => undefined;

/** Hears what the owners of memories tell, and does nothing with it. */
export const DEAF = { kept: ignore, dropped: ignore, applied: ignore, refused: ignore, extracted: ignore };
