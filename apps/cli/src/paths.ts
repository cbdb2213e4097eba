import { fileURLToPath } from 'node:url';

/** The built service beside this program. */
export const SERVICE_MAIN = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));
/** The checkout that this program belongs to. */
export const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));
