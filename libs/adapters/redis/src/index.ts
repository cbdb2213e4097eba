/** Hot session state on Redis. */
export { openRedis, REDIS_DEFAULTS, type RedisOptions, type RedisStores } from './open-redis.js';
export { RedisSessionStore, type RedisSessionStoreOptions } from './redis-session-store.js';
