export interface WebhookCall {
  readonly url: string;
  /** JSON, sent as it is. */
  readonly body: string;
  /** Sent beside what the caller sets itself: names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * What came of a call. `address-refused`: the url is not allowed, or its name stands for an address that is not;
 * nothing was sent. `timeout`, `unreachable` and `unavailable` (429 and 5xx) may pass; the others are answers.
 */
export type WebhookOutcome =
  | { readonly outcome: 'answered'; readonly body: string }
  | {
      readonly outcome:
        'address-refused' | 'timeout' | 'unreachable' | 'unavailable' | 'redirected' | 'answer-too-long' | 'refused';
    };

/** Posts to a url that a tenant has chosen, and trusts neither the url nor the answer. */
export interface WebhookCaller {
  /**
   * Whether the url could ever be called: its scheme, and its address where it names one. No name is looked up.
   * @throws InvalidInput or LimitExceeded naming what is wrong.
   */
  checkUrl(url: string): void;
  /**
   * One request: the name is looked up once and the address that was checked is the one that is called. Follows no
   * redirect, reads at most so many bytes, and ends within its time whatever the other side does. Rejects with the
   * signal's reason and with nothing else.
   */
  call(call: WebhookCall, signal: AbortSignal): Promise<WebhookOutcome>;
}
