// as libs/adapters/sqlite/src/canary.ts
// refused by no-restricted-imports
import { Injectable } from '@nestjs/common';

export const canary = Injectable;
