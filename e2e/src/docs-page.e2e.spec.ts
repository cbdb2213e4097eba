import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { OpenApiDocument } from '@mneme/platform';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

/** @throws Error with one line that says what to do. */
function chromiumPath(): string {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'chromium'))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Error('chromium is not installed, and without it the page cannot be looked at: apt-get install chromium');
}

describe('the page at /docs, in a browser', () => {
  let service: Running;
  let browser: Browser | undefined;
  let page: Page;
  let document: OpenApiDocument;
  const wrong: string[] = [];
  const requested: string[] = [];

  beforeAll(async () => {
    const executablePath = chromiumPath();
    service = await startStandalone(join(temporaryDirectory(), 'data'));
    document = (await (await fetch(`${service.http}/openapi.json`)).json()) as OpenApiDocument;
    // Whoever is root may not use its sandbox; what is opened is our own page.
    browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
    page = await browser.newPage();
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())));
    page.on('requestfailed', (request) => wrong.push(`${request.url()} failed`));
    page.on('request', (request) => requested.push(request.url()));
    const response = await page.goto(`${service.http}/docs`, { waitUntil: 'networkidle' });
    expect(response?.status()).toBe(200);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await (service as Running | undefined)?.stop('SIGTERM');
  });

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  it('loads without an error, and nothing else', async () => {
    expect(await page.title()).toContain('Mneme');
    expect(wrong).toEqual([]);
    expect(requested).toEqual([`${service.http}/docs`]);
  });

  it('shows each operation with its path, summary and answers', async () => {
    expect(operations().length).toBeGreaterThan(10);
    for (const { path, operation } of operations()) {
      const section = page.locator(`section#${operation.operationId}`);
      expect(await section.isVisible()).toBe(true);
      const text = await section.innerText();
      expect(text).toContain(path);
      expect(text).toContain(operation.summary);
      for (const { name } of operation.parameters) expect(text).toContain(name);
      expect(text).toContain('Answers');
    }
  });

  it('leads from its list to each of them', async () => {
    const links = page.locator('ul a');
    expect(await links.count()).toBe(operations().length);
    for (const { operation } of operations()) {
      await page.locator(`ul a[href="#${operation.operationId}"]`).click();
      expect(new URL(page.url()).hash).toBe(`#${operation.operationId}`);
      expect(await page.locator(`section#${operation.operationId}`).boundingBox()).not.toBeNull();
    }
  });

  it('fits a narrow window', async () => {
    await page.setViewportSize({ width: 400, height: 700 });
    const [width, visible] = (await page.evaluate(
      'const { scrollWidth, clientWidth } = document.documentElement; [scrollWidth, clientWidth]',
    )) as [number, number];
    expect(width).toBeLessThanOrEqual(visible);
  });
});
