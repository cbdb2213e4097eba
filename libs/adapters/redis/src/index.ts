/** Hot session state on Redis. */
export {};
