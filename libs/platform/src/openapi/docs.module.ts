import { type DynamicModule, Module } from '@nestjs/common';
import { VERSION } from '../version.js';
import { DocsController } from './docs.controller.js';
import { OPENAPI_DOCUMENT, openApiDocument, type OpenApiPart } from './openapi.js';
import { platformOpenApi } from './platform-openapi.js';

/** `/openapi.json` and `/docs` of what a process serves over HTTP. */
@Module({})
export class DocsModule {
  static register(parts: readonly OpenApiPart[]): DynamicModule {
    const document = openApiDocument(VERSION, [...parts, platformOpenApi]);
    return {
      module: DocsModule,
      controllers: [DocsController],
      providers: [{ provide: OPENAPI_DOCUMENT, useValue: document }],
    };
  }
}
