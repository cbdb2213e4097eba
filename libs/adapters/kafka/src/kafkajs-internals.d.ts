declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection of kafkajs; only what is mended of it. */
  class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}
