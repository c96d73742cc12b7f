// Debian's mod_auth_openidc, unmodified, in Apache: a person logs in before they see a page, the page is told who they
// are, and they log out.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { apache, claims } from './apache.mjs';
import { asking, browse, exists, fill, logIn, plain, text } from './world.mjs';

const ALLOW = '[name=decision][value=allow]';
const DENY = '[name=decision][value=deny]';

/** Runs `body` in a browser of its own, with an Apache of its own that asks this server who people are. */
async function visit(t, server, { directives, expected = [] }, body) {
  const site = await apache(t, server, directives);
  const here = new RegExp(`^elsewhere: (${site.origin}|${site.foreign})/`);
  await browse({ expected: [here, ...expected] }, (page, more) => body(page, { ...site, ...more }));
}

/** The addresses that led to what this answers. */
const way = (answer) => [...answer.request().redirectChain(), answer.request()].map((request) => request.url());

const logout = (origin, to = `${origin}/bye`) => `${origin}/protected/callback?logout=${encodeURIComponent(to)}`;
const isAsked = (page, server) => page.url().startsWith(`${server.url}/oauth2/login?`);
const isPage = async (page) => (await text(page, 'body')).includes('Protected');

/** What the server says to an application that has this token. */
const userinfo = (token) => fetch(`${plain.url}/oauth2/userinfo`, { headers: { Authorization: `Bearer ${token}` } });

for (const name of ['origin', 'foreign']) {
  describe(name === 'origin' ? 'on the same site' : 'on another site', () => {
    test('a person logs in, and the page is told who they are', async (t) => {
      await visit(t, plain, {}, async (page, { client, [name]: origin, said }) => {
        await page.goto(`${origin}/protected/page?a=1&b=a+c%26d`);
        assert.ok(isAsked(page, plain), page.url());
        await logIn(page, plain.person);
        assert.equal(page.url(), `${origin}/protected/page?a=1&b=a+c%26d`);
        const { token, sub, ...rest } = await claims(page);
        const { email } = plain.person;
        const known = await (await userinfo(token)).json();
        assert.equal(sub, known.sub);
        assert.deepEqual(rest, {
          user: `${sub}@${plain.url}`,
          iss: plain.url,
          aud: client.id,
          name: known.name,
          email,
          preferred_username: email,
        });
        assert.doesNotMatch(said(), /:(error|crit|alert|emerg)\]/);
      });
    });

    test('who logs out is asked again, and the token is good for nothing', async (t) => {
      await visit(t, plain, {}, async (page, { [name]: origin }) => {
        await page.goto(`${origin}/protected/page`);
        await logIn(page, plain.person);
        const { token } = await claims(page);
        assert.equal((await userinfo(token)).status, 200);
        const left = await page.goto(logout(origin));
        assert.ok(way(left).some((address) => address.startsWith(`${plain.url}/oauth2/logout?id_token_hint=`)));
        assert.equal(page.url(), `${origin}/bye`);
        assert.equal(await text(page, 'h1'), 'Bye');
        assert.equal((await userinfo(token)).status, 401);
        await page.goto(`${plain.url}/account`);
        assert.ok(await exists(page, '#password'), page.url());
        await page.goto(`${origin}/protected/page`);
        assert.ok(isAsked(page, plain), page.url());
        await logIn(page, plain.person);
        assert.equal((await claims(page)).email, plain.person.email);
      });
    });
  });
}

test('a second tab is logged in silently', async (t) => {
  await visit(t, plain, {}, async (page, { origin, foreign, open }) => {
    await page.goto(`${origin}/protected/page`);
    await logIn(page, plain.person);
    const { sub } = await claims(page);
    const second = await open();
    const known = await second.goto(`${origin}/protected/page`);
    assert.deepEqual(way(known), [`${origin}/protected/page`], 'Apache knows the browser');
    // There it does not: it asks the server, which does.
    const silent = await second.goto(`${foreign}/protected/page`);
    const paths = way(silent).map((address) => new URL(address).pathname);
    assert.deepEqual(paths, ['/protected/page', '/oauth2/authorize', '/protected/callback', '/protected/page']);
    assert.equal((await claims(second)).sub, sub);
  });
});

test('two tabs that log in at the same time both arrive', async (t) => {
  await visit(t, plain, {}, async (page, { origin, open }) => {
    const tabs = [page, await open()];
    for (const [index, tab] of tabs.entries()) {
      await tab.goto(`${origin}/protected/page?tab=${index}`);
      await fill(tab, '#email', plain.person.email);
      await fill(tab, '#password', plain.person.password);
    }
    await Promise.all(tabs.map((tab) => tab.$eval('main form', (form) => form.requestSubmit())));
    for (const [index, tab] of tabs.entries()) {
      await tab.bringToFront();
      await tab.waitForSelector('[data-name=email]');
      assert.equal(tab.url(), `${origin}/protected/page?tab=${index}`);
      assert.equal((await claims(tab)).email, plain.person.email);
    }
  });
});

test('after a wrong password the right one is good', async (t) => {
  await visit(t, plain, { expected: [400] }, async (page, { origin }) => {
    await page.goto(`${origin}/protected/page`);
    await logIn(page, { ...plain.person, password: 'not the password' });
    assert.match(await text(page, '[role=alert]'), /do not match/);
    await logIn(page, plain.person);
    assert.equal(page.url(), `${origin}/protected/page`);
    assert.equal((await claims(page)).email, plain.person.email);
  });
});

test('a claim decides who sees a page', async (t) => {
  await visit(t, plain, { expected: [401] }, async (page, { origin }) => {
    await page.goto(`${origin}/protected/for-the-person`);
    await logIn(page, plain.person);
    assert.equal((await claims(page)).email, plain.person.email);
    const refused = await page.goto(`${origin}/protected/for-somebody-else`);
    assert.equal(refused.status(), 401);
    assert.ok(!(await isPage(page)));
  });
});

test('who has logged out at the server already comes back from the logout as well', async (t) => {
  await visit(t, plain, {}, async (page, { origin }) => {
    await page.goto(`${origin}/protected/page`);
    await logIn(page, plain.person);
    await page.goto(`${plain.url}/logout`);
    await page.goto(logout(origin));
    assert.equal(page.url(), `${origin}/bye`);
    await page.goto(`${origin}/protected/page`);
    assert.ok(isAsked(page, plain), page.url());
  });
});

test('a logout leads nowhere that nobody registered', async (t) => {
  await visit(t, plain, { expected: [400] }, async (page, { origin }) => {
    await page.goto(`${origin}/protected/page`);
    await logIn(page, plain.person);
    const left = await page.goto(logout(origin, `${origin}/bye?more`));
    assert.equal(left.status(), 400);
    assert.ok(page.url().startsWith(`${plain.url}/oauth2/logout?`), page.url());
    assert.equal(await text(page, 'h1'), 'This application may not send you here');
  });
});

for (const mode of ['query', 'form_post']) {
  const directives = `OIDCResponseMode ${mode}`;

  test(`who lets Apache know them sees the page, and is not asked twice: ${mode}`, async (t) => {
    await visit(t, asking, { directives }, async (page, { origin }) => {
      await page.goto(`${origin}/protected/page`);
      await logIn(page, asking.person);
      assert.match(await text(page, 'h1'), /^Apache asks for access/);
      await page.click(ALLOW);
      await page.waitForSelector('[data-name=email]');
      assert.equal((await claims(page)).email, asking.person.email);
      await page.goto(logout(origin));
      assert.equal(page.url(), `${origin}/bye`);
      await page.goto(`${origin}/protected/page`);
      await logIn(page, asking.person);
      await page.waitForSelector('[data-name=email]');
      assert.equal(page.url(), `${origin}/protected/page`);
    });
  });

  test(`who denies it sees Apache's error and no page: ${mode}`, async (t) => {
    await visit(t, asking, { directives, expected: [400] }, async (page, { origin }) => {
      await page.goto(`${origin}/protected/page`);
      await logIn(page, asking.person);
      await page.click(DENY);
      const isThere = (start) => location.href.startsWith(start) && document.readyState === 'complete';
      await page.waitForFunction(isThere, {}, `${origin}/protected/callback`);
      const said = await text(page, 'body');
      assert.match(said, /Error:/);
      // In a query the module takes `iss` (RFC 9207) for a login that somebody else begins, and says that instead.
      if (mode === 'form_post') assert.match(said, /access_denied/);
      else assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied');
      assert.ok(!(await isPage(page)));
      await page.goto(`${origin}/protected/page`);
      await page.waitForSelector(ALLOW);
    });
  });
}
