/**
 * The `Embedder` port without a server: a static table of word vectors, distilled from all-MiniLM-L6-v2, that lies in
 * `data/` and is looked up in this process. How the table and its calibration are made: `tools/static-table`.
 */
export { openStaticEmbedder } from './open-static-embedder.js';
export { StaticEmbedder, type StaticEmbedderParts } from './static-embedder.js';
