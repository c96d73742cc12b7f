// The page at /docs in a real browser, against the server that CHANCERY_URL and CHANCERY_BOOTSTRAP name.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { CHROMIUM, PHONE, WIDE, launch } from './browser/chromium.mjs';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

const skip =
  !existsSync(CHROMIUM) &&
  process.env.CI !== 'true' &&
  `${CHROMIUM} is not there; Debian's package chromium has it`;

function environment(name) {
  const value = process.env[name];
  assert.ok(value, `set ${name}: the suite drives a server that is already running`);
  return value;
}

describe('the page at /docs', { skip }, () => {
  let url, administrator, reference, operations, browser, close;

  before(async () => {
    url = environment('CHANCERY_URL').replace(/\/$/, '');
    administrator = JSON.parse(readFileSync(environment('CHANCERY_BOOTSTRAP'), 'utf8')).client;
    reference = await (await fetch(`${url}/openapi.json`)).json();
    operations = Object.entries(reference.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => ({
        ...item[method],
        method: method.toUpperCase(),
        path,
      })),
    );
    ({ browser, close } = await launch());
  });

  after(async () => {
    await close?.();
  });

  /** Runs `body` on a new page, which must stay on its origin and complain about nothing but the `expected` status. */
  async function visit({ hash = '', size = WIDE, scheme = 'light', scripts = true, expected } = {}, body) {
    const context = await browser.createBrowserContext();
    try {
      const page = await context.newPage();
      const complaints = [];
      const complain = (text) =>
        expected && text.includes(`status of ${expected}`) ? undefined : complaints.push(text);
      page.on('console', (message) => ['error', 'warn'].includes(message.type()) && complain(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
      page.on(
        'request',
        (request) => new URL(request.url()).origin !== url && complaints.push(`elsewhere: ${request.url()}`),
      );
      await page.setJavaScriptEnabled(scripts);
      await page.setViewport(size);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(`${url}/docs${hash}`);
      if (scripts) await page.waitForSelector('main h1');
      await body(page);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  }

  const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
  const listed = (page) =>
    page.$$eval('#groups li:not([hidden]) a', (all) =>
      all.map((anchor) => anchor.getAttribute('href').slice(1)),
    );
  const ids = (some) => some.map((operation) => operation.operationId).sort();

  async function go(page, hash) {
    await page.evaluate(
      (hash) =>
        new Promise((resolve) => {
          addEventListener('hashchange', resolve, { once: true });
          location.hash = hash;
        }),
      hash,
    );
  }

  async function signIn(page, secret = administrator.clientSecret) {
    await page.click('#session');
    await page.type('dialog [name=id]', administrator.clientId);
    await page.type('dialog [name=secret]', secret);
    await page.click('dialog [type=submit]');
  }

  async function send(page) {
    await page.click('.attempt [type=submit]');
    await page.waitForSelector('.answer .outcome');
  }

  async function violations(page) {
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    await page.evaluate(readFileSync(axe, 'utf8'));
    const found = await page.evaluate(
      async () => (await globalThis.axe.run(document, { preload: false })).violations,
    );
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  }

  async function token() {
    const basic = Buffer.from(`${administrator.clientId}:${administrator.clientSecret}`).toString('base64');
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const answer = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}` },
      body,
    });
    return (await answer.json()).access_token;
  }

  async function registry(method, path, body) {
    const headers = { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}/api/v2/oauth/clients${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.status === 204 ? undefined : answer.json();
  }

  test('it shows every operation of the document', async () => {
    assert.ok(operations.length > 20, `${operations.length} operations`);
    await visit({}, async (page) => {
      assert.deepEqual((await listed(page)).sort(), ids(operations));
      for (const { operationId, method, path, summary } of operations) {
        await go(page, operationId);
        assert.equal(await text(page, 'h1'), summary);
        assert.equal(await text(page, '.endpoint .method'), method);
        assert.equal(await text(page, '.endpoint code'), path);
        const command = await text(page, '.attempt pre');
        assert.ok(command.startsWith('curl ') && command.includes(url + path), command);
      }
    });
  });

  test('an address with an operation id opens that operation', async () => {
    await visit({ hash: '#deleteOauthClient' }, async (page) => {
      const { summary } = operations.find(({ operationId }) => operationId === 'deleteOauthClient');
      assert.equal(await text(page, 'h1'), summary);
      assert.ok((await page.title()).startsWith(summary));
      assert.equal(await page.$eval('[aria-current=page]', (anchor) => anchor.hash), '#deleteOauthClient');
    });
  });

  test('an address with an unknown operation id says so', async () => {
    await visit({ hash: '#getNothing' }, async (page) =>
      assert.match(await text(page, 'main'), /No operation has the id getNothing/),
    );
  });

  test('the search finds by error code, by permission and by path', async () => {
    const answering =
      (code) =>
      ({ responses }) =>
        Object.values(responses).some((it) => it['x-error-codes']?.some((its) => its.code === code));
    const needing =
      (name) =>
      ({ 'x-permissions': its }) =>
        [...(its?.any ?? []), ...(its?.all ?? [])].includes(name);
    const expected = {
      'cannot.delete.client': operations.filter(answering('cannot.delete.client')),
      'oauth:client:add': operations.filter(needing('oauth:client:add')),
      '/.well-known/jwks.json': operations.filter(({ path }) => path === '/.well-known/jwks.json'),
    };
    await visit({}, async (page) => {
      for (const [typed, found] of Object.entries(expected)) {
        assert.ok(found.length > 0, `nothing in the document has ${typed}`);
        await page.$eval('#search', (search) => (search.value = ''));
        await page.type('#search', typed);
        assert.deepEqual((await listed(page)).sort(), ids(found));
        assert.equal(
          await text(page, '#found'),
          found.length === 1 ? '1 operation' : `${found.length} operations`,
        );
        assert.ok((await text(page, '#groups li:not([hidden]) mark')).length > 0);
      }
    });
  });

  test('the keyboard reaches the content, the search and what it finds', async () => {
    await visit({}, async (page) => {
      const focused = () =>
        page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
      await page.keyboard.press('Tab');
      assert.equal(await focused(), 'Skip to the content');
      await page.keyboard.press('Enter');
      assert.equal(await focused(), 'main');
      await page.keyboard.press('/');
      assert.equal(await focused(), 'search');
      await page.keyboard.type('cannot.delete.client');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.operation');
      assert.equal(await page.evaluate(() => location.hash), '#deleteOauthClient');
      assert.equal(await focused(), await text(page, 'h1'));
      await page.keyboard.press('/');
      await page.keyboard.press('Escape');
      assert.equal((await listed(page)).length, operations.length);
    });
  });

  test('on a phone the list opens over the page and closes on a choice', async () => {
    await visit({ size: PHONE }, async (page) => {
      const open = () => page.$eval('#browser', (list) => list.checkVisibility());
      assert.equal(await open(), false);
      await page.click('#browse');
      assert.equal(await open(), true);
      await page.click('#groups a');
      await page.waitForSelector('.operation');
      assert.equal(await open(), false);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.equal(overflow, 0);
    });
  });

  test('a token is got, used, kept out of storage and address, and revoked', async () => {
    let issued;
    await visit({ hash: '#getOauthClients' }, async (page) => {
      const answer = page.waitForResponse((response) => response.url() === `${url}/oauth/token`);
      await signIn(page);
      issued = (await (await answer).json()).access_token;
      await page.waitForSelector('dialog dl');
      assert.ok((await text(page, 'dialog')).includes('Organization'));
      await page.keyboard.press('Escape');
      await send(page);
      assert.match(await text(page, '.answer .status'), /^200/);
      assert.match(await text(page, '.answer .headers'), /inin-correlation-id/);
      const listing = JSON.parse(await text(page, '.answer pre'));
      assert.ok(listing.entities.some(({ id }) => id === administrator.clientId));
      assert.ok(issued.length > 20);
      const kept = await page.evaluate(() =>
        JSON.stringify([
          { ...localStorage },
          { ...sessionStorage },
          document.cookie,
          location.href,
          document.body.outerHTML,
        ]),
      );
      assert.ok(!kept.includes(issued) && !kept.includes(administrator.clientSecret));
      await page.click('#session');
      await page.click('dialog .danger');
      await page.waitForFunction(
        () => document.querySelector('dialog .note').textContent === 'The token is revoked.',
      );
    });
    const answer = await fetch(`${url}/api/v2/tokens/me`, { headers: { Authorization: `Bearer ${issued}` } });
    assert.equal(answer.status, 401);
  });

  test('a wrong secret is told in the panel', async () => {
    await visit({ expected: 400 }, async (page) => {
      await signIn(page, 'wrong');
      await page.waitForFunction(() =>
        document.querySelector('dialog .note').textContent.startsWith('No token: '),
      );
      assert.equal(await text(page, '#session'), 'Get a token');
    });
  });

  test('without a token the refusal is shown as the server gives it', async () => {
    await visit({ hash: '#getOauthClients', expected: 401 }, async (page) => {
      await send(page);
      assert.match(await text(page, '.answer .status'), /^401/);
      assert.equal(JSON.parse(await text(page, '.answer pre')).code, 'authentication.required');
    });
  });

  test('the curl command follows what is typed and repeats no secret', async () => {
    await visit({ hash: '#getOauthClient' }, async (page) => {
      await page.type("[name='path.clientId']", "a b's");
      assert.ok((await text(page, '.attempt pre')).includes(`'${url}/api/v2/oauth/clients/a%20b'\\''s'`));
      await go(page, operations.find(({ path }) => path === '/oauth/token').operationId);
      await page.type("[name='basic.id']", 'my-client');
      await page.type("[name='basic.secret']", 'hidden-1');
      await page.type("[name='form.client_secret']", 'hidden-2');
      const command = await text(page, '.attempt pre');
      assert.ok(command.includes('my-client') && command.includes('$CLIENT_SECRET'), command);
      assert.ok(!command.includes('hidden'), command);
    });
  });

  test('what the server sends is shown as text and never becomes part of the page', async () => {
    const name = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    const scope = ['users:readonly'];
    const hostile = {
      name,
      authorizedGrantType: 'CODE',
      scope,
      registeredRedirectUri: ['https://app.example/callback'],
    };
    const { id } = await registry('POST', '', hostile);
    try {
      await visit({ hash: '#getOauthClient' }, async (page) => {
        await signIn(page);
        await page.waitForSelector('dialog dl');
        await page.keyboard.press('Escape');
        await page.type("[name='path.clientId']", id);
        await send(page);
        assert.equal(JSON.parse(await text(page, '.answer pre')).name, name);
        assert.equal(await page.$('.answer img, .answer script'), null);
      });
    } finally {
      await registry('PUT', `/${id}`, { ...hostile, state: 'inactive' });
      await registry('DELETE', `/${id}`);
    }
  });

  test('the chosen theme outlives the page', async () => {
    await visit({ scheme: 'light' }, async (page) => {
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await background();
      await page.click('#theme');
      const dark = await background();
      assert.notEqual(dark, light);
      await page.reload();
      await page.waitForSelector('main h1');
      assert.equal(await background(), dark);
    });
  });

  test('without JavaScript it says where the document is', async () => {
    await visit({ scripts: false }, async (page) => {
      const link = await page.$eval('noscript a', (anchor) => anchor.href);
      assert.equal(link, `${url}/openapi.json`);
      assert.equal(await page.$eval('#browser', (list) => list.checkVisibility()), false);
    });
  });

  for (const scheme of ['light', 'dark']) {
    for (const [name, size] of Object.entries({ wide: WIDE, phone: PHONE })) {
      test(`axe finds nothing to complain about: ${scheme}, ${name}`, async () => {
        await visit({ scheme, size, expected: 401 }, async (page) => {
          assert.deepEqual(await violations(page), []);
          for (const hash of ['errors', 'postOauthClients', 'getAuthorizationRoles', 'postOauthToken']) {
            await go(page, hash);
            await page.$$eval('details', (all) => all.forEach((details) => (details.open = true)));
            assert.deepEqual(await violations(page), [], hash);
          }
          await go(page, 'getOauthClients');
          await send(page);
          assert.deepEqual(await violations(page), [], 'with an answer');
          await page.keyboard.press('Tab');
          await page.evaluate(() => document.activeElement.blur());
          await page.keyboard.press('/');
          await page.keyboard.type('client.not.found');
          assert.deepEqual(await violations(page), [], 'searching');
          await page.keyboard.press('Escape');
          await page.keyboard.press('Escape');
          await page.click('#session');
          assert.deepEqual(await violations(page), [], 'with the panel');
        });
      });
    }
  }
});
