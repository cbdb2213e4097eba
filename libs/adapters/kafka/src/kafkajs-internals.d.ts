declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection of kafkajs; only what is mended of it. */
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
}
