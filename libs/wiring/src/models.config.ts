import { type Env, integerFrom, oneOf, parseEnv, type Reader, type Shape, Secret, textOr } from '@mneme/platform';

/** Which model makes vectors. */
export type EmbedderChoice = { readonly engine: 'static' } | ({ readonly engine: 'openai' } & OpenAiEmbedderConfig);

/** Which model reads turns; `none`: rules alone do. */
export type LanguageModelChoice =
  { readonly engine: 'none' } | ({ readonly engine: 'openai' } & OpenAiLanguageModelConfig);

export interface OpenAiEmbedderConfig {
  readonly url: string;
  readonly apiKey: Secret | undefined;
  readonly model: string;
  readonly dimensions: number;
  readonly asksDimensions: boolean;
  readonly encoding: 'float' | 'base64';
  /** File with the model's calibration; undefined: `embedding-calibration.json` in the data directory. */
  readonly calibration: string | undefined;
  readonly chunkTokensMax: number;
  readonly batchChunksMax: number;
  readonly batchTokensMax: number;
  readonly timeoutMs: number;
  readonly retriesMax: number;
}

export interface OpenAiLanguageModelConfig {
  readonly url: string;
  readonly apiKey: Secret | undefined;
  readonly model: string;
  readonly timeoutMs: number;
  readonly retriesMax: number;
  readonly promptTurnsMax: number;
  readonly promptTokensMax: number;
  readonly answerTokensMax: number;
  readonly callsAtOnceMax: number;
  readonly callsWaitingMax: number;
  readonly failuresMax: number;
  readonly circuitOpenMs: number;
  /** Of each tenant, in a day (UTC). */
  readonly dailyTokensMax: number;
  readonly cacheEntriesMax: number;
  readonly cacheBytesMax: number;
}

const DEFAULT_URL = 'https://api.openai.com/v1';
const MEBIBYTE = 1_048_576;

/** Reads `MNEME_EMBEDDER` and, for a server, `MNEME_EMBEDDER_*`. @throws InvalidInput with every problem at once. */
export function parseEmbedderChoice(env: Env): EmbedderChoice {
  const { engine } = parseEnv({ engine: ['MNEME_EMBEDDER', embedderEngine] }, env);
  return engine === 'openai' ? { engine, ...parseEnv(openAiEmbedderShape, env) } : { engine };
}

/** Reads `MNEME_LANGUAGE_MODEL` and, for a server, `MNEME_LANGUAGE_MODEL_*`. @throws InvalidInput as above. */
export function parseLanguageModelChoice(env: Env): LanguageModelChoice {
  const { engine } = parseEnv({ engine: ['MNEME_LANGUAGE_MODEL', languageModelEngine] }, env);
  return engine === 'openai' ? { engine, ...parseEnv(openAiLanguageModelShape, env) } : { engine };
}

const embedderEngine = oneOf(['static', 'openai'] as const, 'static');
const languageModelEngine = oneOf(['none', 'openai'] as const, 'none');

const openAiEmbedderShape: Shape<OpenAiEmbedderConfig> = {
  url: ['MNEME_EMBEDDER_URL', serverUrlOr(DEFAULT_URL)],
  apiKey: ['MNEME_EMBEDDER_API_KEY', secret],
  model: ['MNEME_EMBEDDER_MODEL', named('the name of the model')],
  dimensions: ['MNEME_EMBEDDER_DIMENSIONS', required(integerFrom(1, 8_192, 0))],
  asksDimensions: ['MNEME_EMBEDDER_ASK_DIMENSIONS', yesOrNo],
  encoding: ['MNEME_EMBEDDER_ENCODING', oneOf(['base64', 'float'], 'base64')],
  calibration: ['MNEME_EMBEDDER_CALIBRATION', (value) => (value === undefined ? undefined : textOr('')(value))],
  chunkTokensMax: ['MNEME_EMBEDDER_CHUNK_TOKENS_MAX', integerFrom(16, 4_096, 256)],
  batchChunksMax: ['MNEME_EMBEDDER_BATCH_CHUNKS_MAX', integerFrom(1, 2_048, 128)],
  batchTokensMax: ['MNEME_EMBEDDER_BATCH_TOKENS_MAX', integerFrom(256, 300_000, 32_000)],
  timeoutMs: ['MNEME_EMBEDDER_TIMEOUT_MS', integerFrom(100, 60_000, 8_000)],
  retriesMax: ['MNEME_EMBEDDER_RETRIES_MAX', integerFrom(0, 5, 2)],
};

const openAiLanguageModelShape: Shape<OpenAiLanguageModelConfig> = {
  url: ['MNEME_LANGUAGE_MODEL_URL', serverUrlOr(DEFAULT_URL)],
  apiKey: ['MNEME_LANGUAGE_MODEL_API_KEY', secret],
  model: ['MNEME_LANGUAGE_MODEL_NAME', named('the name of the model')],
  timeoutMs: ['MNEME_LANGUAGE_MODEL_TIMEOUT_MS', integerFrom(100, 300_000, 30_000)],
  retriesMax: ['MNEME_LANGUAGE_MODEL_RETRIES_MAX', integerFrom(0, 5, 1)],
  promptTurnsMax: ['MNEME_LANGUAGE_MODEL_PROMPT_TURNS_MAX', integerFrom(1, 200, 16)],
  promptTokensMax: ['MNEME_LANGUAGE_MODEL_PROMPT_TOKENS_MAX', integerFrom(256, 200_000, 8_000)],
  answerTokensMax: ['MNEME_LANGUAGE_MODEL_ANSWER_TOKENS_MAX', integerFrom(64, 65_536, 4_096)],
  callsAtOnceMax: ['MNEME_LANGUAGE_MODEL_CALLS_AT_ONCE_MAX', integerFrom(1, 64, 4)],
  callsWaitingMax: ['MNEME_LANGUAGE_MODEL_CALLS_WAITING_MAX', integerFrom(0, 10_000, 64)],
  failuresMax: ['MNEME_LANGUAGE_MODEL_FAILURES_MAX', integerFrom(1, 1_000, 5)],
  circuitOpenMs: ['MNEME_LANGUAGE_MODEL_CIRCUIT_OPEN_MS', integerFrom(100, 3_600_000, 30_000)],
  dailyTokensMax: ['MNEME_LANGUAGE_MODEL_DAILY_TOKENS_MAX', integerFrom(0, 1_000_000_000_000, 1_000_000)],
  cacheEntriesMax: ['MNEME_LANGUAGE_MODEL_CACHE_ENTRIES_MAX', integerFrom(0, 1_000_000, 10_000)],
  cacheBytesMax: ['MNEME_LANGUAGE_MODEL_CACHE_BYTES_MAX', integerFrom(0, 1_024 * MEBIBYTE, 32 * MEBIBYTE)],
};

function serverUrlOr(fallback: string): Reader<string> {
  return (value = fallback) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    const isPlain =
      url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    if (isPlain && /^https?:$/.test(url.protocol)) return value.replace(/\/+$/, '');
    // What was sent is not repeated: a key may stand in it.
    throw new Error('an http or https address up to and with /v1 is expected, without a key in it');
  };
}

function secret(value: string | undefined): Secret | undefined {
  if (value === undefined) return undefined;
  if (/^[\x21-\x7e]+$/.test(value)) return new Secret(value);
  throw new Error('a key of plain characters without spaces is expected');
}

function named(what: string): Reader<string> {
  return (value) => {
    if (value !== undefined && /^[\x21-\x7e]{1,128}$/.test(value)) return value;
    throw new Error(`${what} is expected`);
  };
}

function required<T>(read: Reader<T>): Reader<T> {
  // An empty text is no valid value of any reader, and the reader itself says best what is.
  return (value) => read(value ?? '');
}

function yesOrNo(value: string | undefined): boolean {
  return oneOf(['yes', 'no'], 'no')(value) === 'yes';
}
