// What stands in a request, in a form or in the name of something is told as it is, and becomes nothing else: no place
// to go, no header, no part of a page; and what stands in our addresses is told to nobody.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';

import { app, application, asking, browse, callback, exists, fill, logIn, plain, press, raw, text, told } from './world.mjs';

const HOSTILE = `<img src=x onerror=alert(1)><script>alert(2)</script>"'><b id=injected>&amp;{{7*7}}`;

describe('where an answer goes', () => {
  const REGISTERED = 'https://app.example.com/callback?kept=1';
  const LOOPBACK = 'http://localhost/callback';
  const TRICKS = [
    'https://APP.example.com/callback?kept=1',
    'HTTPS://app.example.com/callback?kept=1',
    'https://app.example.com/Callback?kept=1',
    'https://app.example.com/callback',
    'https://app.example.com/callback?kept=1&more=2',
    'https://app.example.com/callback?kept=1#fragment',
    'https://app.example.com/callback?kept=1#',
    'https://app.example.com/callback/?kept=1',
    'https://app.example.com/callback/../evil?kept=1',
    'https://app.example.com/%63allback?kept=1',
    'https://app.example.com/callback%3Fkept=1',
    'https://app.example.com//callback?kept=1',
    'https://app.example.com:443/callback?kept=1',
    'https://app.example.com:444/callback?kept=1',
    'https://user@app.example.com/callback?kept=1',
    'https://app.example.com@evil.example/callback?kept=1',
    'https://app.example.com.evil.example/callback?kept=1',
    'https://app.example.com./callback?kept=1',
    'https://evil.example/https://app.example.com/callback?kept=1',
    'https://evil.example\\@app.example.com/callback?kept=1',
    'https:\\\\app.example.com\\callback?kept=1',
    '//app.example.com/callback?kept=1',
    '//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example/',
    '/account',
    'http://app.example.com/callback?kept=1',
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    ' https://app.example.com/callback?kept=1',
    'https://app.example.com/callback?kept=1 ',
    'https://app.example.com/callback?kept=1\n',
    'https://app.example.com/callback?kept=1\0',
    'https://app.example.com/callback?kept=1\r\nLocation: https://evil.example/',
    'https://аpp.example.com/callback?kept=1',
    'http://localhost:80@evil.example/callback',
    'http://localhost:8080.evil.example/callback',
    'http://localhost.evil.example:80/callback',
    'http://localhost:80\\@evil.example/callback',
    'http://localhost:80#@evil.example/callback',
    'http://localhost:80?@evil.example/callback',
    'http://localhost:/callback',
    'http://localhost:99999/callback',
    'http://localhost:-1/callback',
    'http://localhost:80:90/callback',
    'http://LOCALHOST:80/callback',
    'http://127.0.0.1:80/callback',
    'http://localhost:80/callback/',
    'http://localhost:80/callback?x',
    '*',
    '',
  ];
  const register = (t) => plain.register(t, { registeredRedirectUri: [REGISTERED, LOOPBACK] });

  test('no trick with the redirect URI leads anywhere', async (t) => {
    const client = await register(t);
    for (const redirect_uri of TRICKS) {
      for (const name of ['authorize', 'login', 'consent']) {
        const answer = await raw(plain.page(name, client, { redirect_uri }));
        assert.equal(answer.status, 400, `${name}: ${redirect_uri}`);
        assert.equal(answer.headers.get('location'), null);
        assert.ok(!(await answer.text()).includes('evil.example'));
      }
    }
  });

  test('no trick leads away from a logout', async (t) => {
    const client = await register(t);
    for (const redirect_uri of TRICKS) {
      for (const client_id of [client.id, '', 'x']) {
        const query = new URLSearchParams({ client_id, redirect_uri });
        const answer = await raw(`${plain.url}/logout?${query}`);
        assert.equal(answer.status, 200, redirect_uri);
        assert.equal(answer.headers.get('location'), null);
        assert.ok(!(await answer.text()).includes('evil.example'));
      }
    }
    const away = await raw(`${plain.url}/logout?${new URLSearchParams({ redirect_uri: REGISTERED })}`);
    assert.equal(away.headers.get('location'), null, 'without a client nothing is registered');
  });

  test('what is registered is gone to, with any port on the loopback interface', async (t) => {
    const client = await register(t);
    for (const redirect_uri of [REGISTERED, LOOPBACK, 'http://localhost:8123/callback']) {
      const answer = await raw(plain.authorize(client, { redirect_uri, response_type: 'x', state: 's' }));
      const { searchParams } = new URL(answer.headers.get('location'));
      assert.ok(answer.headers.get('location').startsWith(redirect_uri));
      assert.equal(searchParams.get('error'), 'unsupported_response_type');
      assert.equal(searchParams.get('state'), 's');
      const out = await raw(`${plain.url}/logout?${new URLSearchParams({ client_id: client.id, redirect_uri })}`);
      assert.equal(out.headers.get('location'), redirect_uri);
    }
  });

  test('a parameter that stands twice leads nowhere', async (t) => {
    const client = await register(t);
    for (const more of ['redirect_uri=https://evil.example/', `client_id=${client.id}`]) {
      for (const url of [`${plain.authorize(client)}&${more}`]) {
        const answer = await raw(url);
        assert.equal(answer.status, 400);
        assert.equal(answer.headers.get('location'), null);
      }
    }
    const twice = await raw(`${plain.authorize(client)}&state=again`);
    assert.ok(twice.headers.get('location').startsWith(`${REGISTERED}&error=invalid_request`));
  });
});

describe('headers', () => {
  const BREAK = '\r\nX-Injected: yes\r\nSet-Cookie: injected=1\r\n\r\n<p id=injected>';

  function clean(answer) {
    assert.ok(answer.status < 500, `${answer.status}`);
    assert.equal(answer.headers.get('x-injected'), null);
    assert.ok(!(answer.headers.get('set-cookie') ?? '').includes('injected'));
  }

  test('a line break in a parameter stays one', async (t) => {
    const redirect = callback();
    const client = await plain.register(t, { registeredRedirectUri: [redirect] });
    for (const name of ['state', 'redirect_uri', 'login_hint', 'scope', 'org', 'prompt', 'ui_locales', 'client_id', BREAK]) {
      for (const page of ['authorize', 'login', 'consent']) {
        clean(await raw(plain.page(page, client, { [name]: BREAK })));
      }
    }
    clean(await raw(`${plain.url}/logout?${new URLSearchParams({ client_id: BREAK, redirect_uri: BREAK })}`));
    await browse({}, async (page) => {
      await page.goto(plain.authorize(client, { state: BREAK }));
      const answer = await logIn(page, plain.person);
      assert.equal(answer.headers()['x-injected'], undefined);
      assert.equal(new URL(page.url()).searchParams.get('state'), BREAK, 'the state comes back as it was');
    });
  });

  test('bytes that are no text harm nothing', async (t) => {
    const client = await plain.register(t, { registeredRedirectUri: [callback()] });
    const { hostname, port, pathname, search } = new URL(plain.authorize(client));
    for (const odd of ['%ff%fe', '%', '%zz', '%00', '\xc3\xa9', '\xff', '"<>\'', '|{}^`', '%F0%9F%94%91', '+%2B+', ';;==&&']) {
      const head = await new Promise((heard, failed) => {
        const socket = connect(Number(port), hostname, () => {
          const lines = [`GET ${pathname}${search}${odd} HTTP/1.1`, `Host: ${hostname}:${port}`, 'Connection: close', '', ''];
          socket.write(Buffer.from(lines.join('\r\n'), 'latin1'));
        });
        let read = '';
        socket.on('data', (piece) => (read += piece.toString('latin1')));
        socket.on('end', () => heard(read));
        socket.on('error', failed);
      });
      const [, status] = /^HTTP\/1.1 (\d+)/.exec(head) ?? assert.fail(`${odd}: ${head}`);
      assert.ok([302, 303, 400].includes(Number(status)), `${odd}: ${status}`);
    }
  });
});

describe('pages', () => {
  /** Nothing of what was told has become a part of the page. */
  async function isInert(page) {
    const all = 'script, b, #injected, [onerror], [onload], iframe, object';
    assert.equal(await exists(page, all), false);
    const images = await page.$$eval('img', (found) => found.map((it) => it.getAttribute('src')));
    assert.ok(images.every((it) => it.startsWith('/docs/') || it.startsWith('/pages/')), `${images}`);
    const actions = await page.$$eval('form', (found) => found.map(({ action }) => new URL(action).origin));
    assert.ok(actions.every((it) => it === asking.url), `${actions}`);
    const links = await page.$$eval('a', (found) => found.map(({ origin }) => origin));
    assert.ok(links.every((it) => it === asking.url), `${links}`);
  }

  test('names, addresses and parameters are text', async (t) => {
    const { name, ...rest } = await asking.api('GET', '/organizations/me');
    await asking.api('PUT', '/organizations/me', { ...rest, name: HOSTILE.slice(0, 80) });
    t.after(async () => {
      const { version } = await asking.api('GET', '/organizations/me');
      await asking.api('PUT', '/organizations/me', { ...rest, version, name });
    });
    const client = await asking.register(t, { name: HOSTILE, registeredRedirectUri: [callback()] });
    const hint = `${HOSTILE}@x`;
    await browse({ expected: [400, 403] }, async (page) => {
      await page.goto(asking.authorize(client, { login_hint: hint, state: HOSTILE, ui_locales: `en ${HOSTILE}` }));
      await isInert(page);
      const said = await text(page, 'main');
      assert.ok(said.includes(HOSTILE), 'the name of the application');
      assert.ok(said.includes(HOSTILE.slice(0, 80)), 'the name of the organization');
      assert.equal(await page.$eval('#email', ({ value }) => value), hint);
      await fill(page, '#email', HOSTILE);
      await fill(page, '#password', HOSTILE);
      await press(page, 'button[type=submit]');
      await isInert(page);
      assert.equal(await page.$eval('#email', ({ value }) => value), HOSTILE);
      await logIn(page, asking.person);
      await isInert(page);
      assert.ok((await text(page, 'h1')).includes(HOSTILE));
      await press(page, '[value=allow]');
      assert.equal(new URL(page.url()).searchParams.get('state'), HOSTILE);
      await page.goto(`${asking.url}/account`);
      await isInert(page);
      assert.ok((await text(page, '[aria-labelledby=apps]')).includes(HOSTILE));
      await page.goto(`${asking.url}/logout?client_id=${client.id}&ui_locales=${encodeURIComponent(HOSTILE)}`);
      await isInert(page);
      await page.goto(asking.authorize(client, { redirect_uri: HOSTILE, state: HOSTILE }));
      await isInert(page);
      assert.ok(!(await text(page, 'main')).includes('onerror'));
    });
  });

  test('a browser that calls itself something is quoted', async (t) => {
    const client = await asking.register(t, { registeredRedirectUri: [callback()] });
    await browse({}, async (page) => {
      await page.setUserAgent({ userAgent: `Mozilla/5.0 ${HOSTILE} Firefox/133.0` });
      await page.goto(asking.authorize(client));
      await logIn(page, asking.person);
      await page.goto(`${asking.url}/account`);
      await isInert(page);
    });
  });
});

describe('referrers', () => {
  for (const flow of ['loginImplicitGrant', 'loginPKCEGrant']) {
    test(`an application and what it loads learn nothing of our addresses: ${flow}`, async (t) => {
      const { url } = await application(t, asking, flow, { options: { state: 'a-secret-state' } });
      const { pathname } = new URL(url);
      const before = app.requests.length;
      await browse({}, async (page) => {
        await page.goto(url);
        await logIn(page, asking.person);
        await press(page, '[value=allow]');
        const { referrer } = await told(page);
        assert.ok(!referrer.startsWith(asking.url), referrer);
      });
      const seen = app.requests.slice(before);
      assert.ok(seen.filter((it) => it.url.startsWith(pathname)).length >= 2);
      assert.ok(seen.some((it) => it.url === `/seen.png?by=${pathname.slice(1)}`));
      for (const { url, referer } of seen) {
        assert.ok(!(referer ?? '').includes(asking.url), `${url} came from ${referer}`);
      }
    });
  }

  test('nor does the place where a logout leads', async (t) => {
    const redirect = callback();
    const client = await asking.register(t, { registeredRedirectUri: [redirect] });
    const before = app.requests.length;
    await browse({}, async (page) => {
      await page.goto(`${asking.url}/logout?${new URLSearchParams({ client_id: client.id, redirect_uri: redirect })}`);
      assert.equal(page.url(), redirect);
      assert.equal(await page.evaluate(() => document.referrer), '');
    });
    assert.ok(app.requests.slice(before).every(({ referer }) => !referer));
  });
});
