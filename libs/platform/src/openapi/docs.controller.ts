import { Controller, Get, Header, Inject } from '@nestjs/common';
import { docsPage } from './docs-page.js';
import { OPENAPI_DOCUMENT, type OpenApiDocument } from './openapi.js';

// The page has one style of its own, and nothing else may be loaded or run.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/openapi.json` for programs, `/docs` for people; both without a key, for they tell of nobody. */
@Controller()
export class DocsController {
  private readonly page: string;

  constructor(@Inject(OPENAPI_DOCUMENT) private readonly document: OpenApiDocument) {
    this.page = docsPage(document);
  }

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  openApi(): OpenApiDocument {
    return this.document;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  @Header('x-content-type-options', 'nosniff')
  docs(): string {
    return this.page;
  }
}
