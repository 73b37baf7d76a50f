import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { endpoints } from '@enjambre/contract';
import { expect, type Page } from '@playwright/test';
import { shoot, skip } from './browser.fixture.ts';
import { Stage } from './stage.fixture.ts';

describe('the description of the API', { skip }, () => {
  const stage = new Stage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  let page: Page;

  before(async () => {
    await stage.start();
    page = await stage.open({ viewport: { width: 1280, height: 900 } }, complaints);
    page.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1' && !request.url().startsWith('data:'))
        foreign.push(request.url());
    });
  });
  after(() => stage.close());

  it('is OpenAPI 3.1 with every route, which all exist and refuse as described', async () => {
    const document = await (await fetch(new URL('/api/docs/json', stage.backend.url))).json();
    assert.equal(document.openapi, '3.1.0');
    const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{([a-z]+)\}/g, ':$1')}`),
    );
    assert.deepEqual(described.sort(), Object.keys(endpoints).sort());
    let refusals = 0;
    for (const name of described) {
      const [method, path] = name.split(' ');
      // The sample would start, and a stream would not end.
      if (name === 'POST /api/v1/demo' || name === 'GET /api/v1/events') continue;
      const answer = await fetch(new URL(path.replaceAll(/:[a-z]+/g, 'nothing'), stage.backend.url), { method });
      const { code } = answer.headers.get('content-type')?.includes('json') ? await answer.json() : { code: undefined };
      assert.ok(!['not-found', 'method-not-allowed'].includes(code), name);
      if (answer.ok) continue;
      const { responses } = document.paths[path.replaceAll(/:([a-z]+)/g, '{$1}')][method.toLowerCase()];
      const listed = responses[answer.status]?.content['application/json'].schema.properties.code.enum;
      assert.ok(listed?.includes(code), `${name} answered ${answer.status} ${code}`);
      refusals++;
    }
    assert.ok(refusals > 20, `${refusals} refusals`);
  });

  it('can be read and tried in a browser, with nothing from elsewhere', async () => {
    await page.goto(new URL('/api/docs/', stage.backend.url).href);
    await expect(page.getByText('/api/v1/containers/{id}/samples')).toBeVisible({ timeout: 15_000 });
    await page.getByText('What backend this is').click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await expect(page.getByText('"service": "enjambre"').first()).toBeVisible();
    await shoot(page, 'api-docs');
    assert.deepEqual(foreign, []);
    assert.deepEqual(complaints, []);
  });
});
