declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection of kafkajs; only what is mended of it. */
  class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}

declare module 'kafkajs/src/protocol/requests/fetch/v4/request.js' {
  function request(asked: {
    readonly replicaId: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
  }): object;
  export = request;
}

declare module 'kafkajs/src/protocol/requests/fetch/v4/response.js' {
  const response: {
    decode(answer: Buffer): Promise<object>;
    /** Rejects with the first error of a partition. */
    parse(answer: unknown): Promise<unknown>;
  };
  export = response;
}
