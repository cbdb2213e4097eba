import { Timeout } from '@mneme/domain';
import OpenAI from 'openai';
import { boundedFetch } from './bounded-fetch.js';
import { errorOf } from './call-errors.js';

/** Where a model server is, and how long and how often it is asked. */
export interface ModelConnectionOptions {
  /** Up to and with `/v1`. */
  readonly url: string;
  /** Absent: the server asks for none. */
  readonly apiKey?: string;
  /** Of one call as a whole: attempts, the waits between them and the last byte of the answer. */
  readonly timeoutMs: number;
  /** Attempts after the first, for a rate limit, a failing server and a connection that breaks. */
  readonly retriesMax: number;
  readonly answerBytesMax: number;
}

/** Calls one server that speaks the OpenAI protocol: with a deadline, and with our errors. */
export class ModelConnection {
  readonly #client: OpenAI;
  readonly #timeoutMs: number;

  constructor({ url, apiKey, timeoutMs, retriesMax, answerBytesMax }: ModelConnectionOptions) {
    this.#timeoutMs = timeoutMs;
    this.#client = new OpenAI({
      baseURL: url,
      // The client insists on a key; a server without one gets no header.
      apiKey: apiKey ?? 'none',
      ...(apiKey === undefined ? { defaultHeaders: { authorization: null } } : {}),
      // What is not said here, the client would look for in the environment.
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      logLevel: 'off',
      timeout: timeoutMs,
      maxRetries: retriesMax,
      fetch: boundedFetch(answerBytesMax),
    });
  }

  /**
   * Runs one call. The client's own timeout ends with the headers and starts anew at each attempt, hence the deadline.
   * @throws the signal's reason, or one of our errors without a word of the vendor's.
   */
  async call<T>(ask: (client: OpenAI, signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    try {
      return await ask(this.#client, signal === undefined ? deadline : AbortSignal.any([signal, deadline]));
    } catch (error) {
      signal?.throwIfAborted();
      if (deadline.aborted) throw new Timeout('the model server did not answer in time');
      throw errorOf(error);
    }
  }
}
