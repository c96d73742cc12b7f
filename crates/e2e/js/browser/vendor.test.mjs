// The vendor's SDK in a page of another origin, unmodified: logging in, coming back, logging out.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { application, asking, browse, callback, exists, fill, focuses, logIn, plain, press, text, told } from './world.mjs';

const { person } = plain;
const isLogin = (page) => exists(page, 'main form #password');

for (const flow of ['loginImplicitGrant', 'loginPKCEGrant']) {
  describe(flow, () => {
    test('a person logs in, and the application acts for them', async (t) => {
      const { url } = await application(t, plain, flow, { options: { state: 'a state & more=1' } });
      await browse({}, async (page) => {
        await page.goto(url);
        await logIn(page, person);
        const { token, state, email, error } = await told(page);
        assert.equal(error, undefined);
        assert.equal(state, 'a state & more=1');
        assert.equal(email, person.email);
        assert.ok(await plain.accepts(token));
        assert.equal(page.url(), url, 'nothing of the answer stays in the address');
      });
    });

    test('after a wrong password the right one is good', async (t) => {
      const { url } = await application(t, plain, flow, { options: { state: 'kept' } });
      await browse({ expected: [400] }, async (page) => {
        await page.goto(url);
        await page.waitForSelector('#email');
        assert.ok(!(await exists(page, '[role=alert]')));
        await logIn(page, { ...person, password: 'not the password' });
        assert.match(await text(page, '[role=alert]'), /do not match/);
        assert.equal(await page.$eval('#email', ({ value }) => value), person.email);
        assert.equal(await page.$eval('#password', ({ value }) => value), '');
        await logIn(page, person);
        assert.equal((await told(page)).state, 'kept');
      });
    });

    test('who has logged in is not asked again, until they log out', async (t) => {
      const { url } = await application(t, plain, flow);
      const other = await application(t, plain, flow);
      await browse({}, async (page) => {
        await page.goto(url);
        await logIn(page, person);
        const first = await told(page);
        await page.goto(other.url);
        const second = await told(page);
        assert.equal(second.id, first.id);
        assert.notEqual(second.token, first.token);
        await page.evaluate((here) => {
          globalThis.require('platformClient').ApiClient.instance.logout(here);
        }, other.url);
        await page.waitForSelector('#password');
        assert.ok(page.url().startsWith(`${plain.url}/oauth/login?`), page.url());
        assert.ok(page.url().includes(other.client.id));
        await logIn(page, person);
        assert.equal((await told(page)).id, first.id);
      });
    });

    test('a login is asked for with prompt=login, and once only', async (t) => {
      const first = await application(t, plain, flow);
      const { url } = await application(t, plain, flow, { options: { prompt: 'login' } });
      await browse({}, async (page) => {
        await page.goto(first.url);
        await logIn(page, person);
        await told(page);
        await page.goto(url);
        await page.waitForSelector('#password');
        await logIn(page, person);
        assert.equal((await told(page)).email, person.email);
      });
    });

    test('a hint fills the address in', async (t) => {
      const hints = { 'ada@example.org': 'ada@example.org', 'ada@example.org:acme': 'ada@example.org', acme: '' };
      for (const [hint, email] of Object.entries(hints)) {
        const { url } = await application(t, plain, flow, { options: { login_hint: hint } });
        await browse({}, async (page) => {
          await page.goto(url);
          await page.waitForSelector('#email');
          assert.equal(await page.$eval('#email', ({ value }) => value), email);
          await focuses(page, email ? 'password' : 'email');
        });
      }
    });

    test('the application learns that a request was wrong', async (t) => {
      const target = '00000000-0000-4000-8000-000000000000';
      const { url } = await application(t, plain, flow, { options: { target } });
      await browse({}, async (page) => {
        await page.goto(url);
        assert.match((await told(page)).error, /^\[invalid_request\] target is not/);
      });
    });

    test('back after the login leads to the application again', async (t) => {
      const { url } = await application(t, plain, flow);
      // The SDK has forgotten its verifier, and says so itself.
      await browse({ expected: [400] }, async (page) => {
        await page.goto(callback());
        await page.goto(url);
        await logIn(page, person);
        const first = await told(page);
        await page.goBack({ waitUntil: 'load' });
        await page.waitForFunction((url) => location.href.startsWith(url), {}, url);
        const { id, error } = await told(page);
        if (flow === 'loginPKCEGrant') assert.match(error, /status code 400/);
        else assert.equal(id, first.id);
        await page.goto(url);
        assert.equal((await told(page)).id, first.id);
      });
    });

    test('two tabs that log in at the same time both arrive', async (t) => {
      const { url } = await application(t, plain, flow);
      await browse({}, async (page, { open }) => {
        const tabs = [page, await open()];
        for (const tab of tabs) {
          await tab.goto(url);
          await fill(tab, '#email', person.email);
          await fill(tab, '#password', person.password);
        }
        await Promise.all(tabs.map((tab) => tab.$eval('main form', (form) => form.requestSubmit())));
        for (const tab of tabs) {
          await tab.bringToFront();
          assert.equal((await told(tab)).email, person.email);
        }
      });
    });
  });
}

test('logging out without a way back ends on a page', async (t) => {
  const { url, client } = await application(t, plain, 'loginPKCEGrant');
  await browse({}, async (page) => {
    await page.goto(url);
    await logIn(page, person);
    await told(page);
    await page.evaluate(() => globalThis.require('platformClient').ApiClient.instance.logout());
    await page.waitForFunction((start) => location.href.startsWith(start), {}, `${plain.url}/logout?`);
    assert.equal(new URL(page.url()).searchParams.get('client_id'), client.id);
    assert.equal(await text(page, 'h1'), 'You are signed out');
    assert.ok((await text(page, 'main')).includes(plain.organization.name));
    await page.goto(url);
    await page.waitForSelector('#password');
  });
});

test('a token outlives the session that it came of, until it is deleted', async (t) => {
  const { url } = await application(t, plain, 'loginPKCEGrant');
  await browse({}, async (page) => {
    await page.goto(url);
    await logIn(page, person);
    const { token } = await told(page);
    await page.goto(`${plain.url}/logout`);
    assert.ok(await plain.accepts(token));
    const headers = { Authorization: `Bearer ${token}` };
    await fetch(`${plain.url}/api/v2/tokens/me`, { method: 'DELETE', headers });
    assert.ok(!(await plain.accepts(token)));
  });
});

test('a session that was ended elsewhere is asked to log in again', async (t) => {
  const { url } = await application(t, plain, 'loginPKCEGrant');
  await browse({}, async (page) => {
    await page.goto(url);
    await logIn(page, person);
    await told(page);
    await browse({}, async (elsewhere) => {
      await elsewhere.goto(url);
      await logIn(elsewhere, person);
      await told(elsewhere);
      await elsewhere.goto(`${plain.url}/account`);
      await press(elsewhere, '[name=end_others]');
      await elsewhere.goto(url);
      await told(elsewhere);
    });
    await page.goto(url);
    await page.waitForSelector('#password');
    assert.ok(await isLogin(page));
    await logIn(page, person);
    await told(page);
  });
});

test('two servers on one host leave the sessions of each other alone', async (t) => {
  const here = await application(t, plain, 'loginPKCEGrant');
  const there = await application(t, asking, 'loginPKCEGrant');
  await browse({}, async (page) => {
    await page.goto(here.url);
    await logIn(page, person);
    const { id } = await told(page);
    await page.goto(there.url);
    await page.waitForSelector('#password');
    await logIn(page, asking.person);
    await press(page, '[name=decision][value=allow]');
    const other = await told(page);
    assert.notEqual(other.id, id);
    await page.goto(here.url);
    assert.equal((await told(page)).id, id);
    await page.goto(`${plain.url}/logout`);
    await page.goto(there.url);
    assert.equal((await told(page)).id, other.id);
  });
});

test('without JavaScript the pages work as well', async (t) => {
  const redirect = callback();
  const client = await asking.register(t, { registeredRedirectUri: [redirect] });
  await browse({ scripts: false, expected: [400] }, async (page) => {
    await page.goto(asking.authorize(client, { state: 'kept' }));
    await logIn(page, { ...asking.person, password: 'not the password' });
    assert.match(await text(page, '[role=alert]'), /do not match/);
    await logIn(page, asking.person);
    await press(page, '[name=decision][value=allow]');
    const { origin, pathname, searchParams } = new URL(page.url());
    assert.equal(origin + pathname, redirect);
    assert.equal(searchParams.get('state'), 'kept');
    assert.match(searchParams.get('code'), /^[A-Za-z0-9_-]+$/);
    await page.goto(`${asking.url}/account`);
    await press(page, '[name=log_out]');
    assert.equal(await text(page, 'h1'), 'You are signed out');
  });
});
