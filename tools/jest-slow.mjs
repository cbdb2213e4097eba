import { jest } from '@jest/globals';

// Jest takes a timeout for all projects or none; whole-system specs start processes and need more than the rest.
jest.setTimeout(120_000);
