/** Calls the webhooks of tenants: urls, addresses and answers that nobody vouches for. */
export * from './allowed-address.js';
export * from './http-webhook-caller.js';
