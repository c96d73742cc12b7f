// The pages themselves: for everybody, with every size of screen, in every language, and from here alone.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  PHONE, WIDE, app, asking, browse, callback, exists, fill, focuses, logIn, plain, press, text, violations,
} from './world.mjs';

const LANGUAGES = { de: 'Anmelden', en: 'Sign in', es: 'Iniciar sesión', fr: 'Connexion' };
const newClient = (t, server = asking) => server.register(t, { registeredRedirectUri: [callback()] });

/** Leads a browser over every page, and stops at each. */
async function tour(page, client, look) {
  await page.goto(asking.authorize(client));
  await look('login');
  await logIn(page, { ...asking.person, password: 'not the password' });
  await look('login with an error');
  await logIn(page, asking.person);
  await look('consent');
  await press(page, '[value=allow]');
  await page.goto(`${asking.url}/account`);
  await look('account');
  await fill(page, '#old_password', 'not the password');
  await fill(page, '#new_password', 'a much better passphrase');
  await press(page, '[name=change_password]');
  await look('account with an error');
  await press(page, `[value="${client.id}"]`);
  await look('account with a notice');
  const standard = (name, query) => asking.page(name, client, query).replace('/oauth/', '/oauth2/');
  await page.goto(standard('authorize', { prompt: 'select_account' }));
  await look('choose');
  await page.goto(standard('logout'));
  await look('log out');
  await press(page, '[value=stay]');
  await look('stayed');
  for (const [name, query] of Object.entries({
    'unknown client': { client_id: 'unknown' },
    'foreign redirect URI': { redirect_uri: 'https://evil.example/' },
    'no redirect URI': { redirect_uri: undefined },
  })) {
    await page.goto(asking.authorize(client, query));
    await look(name);
  }
  await page.goto(`${asking.authorize(client)}&client_id=again`);
  await look('unreadable request');
  await page.goto(asking.page('consent', client, { prompt: undefined }));
  await page.$eval('[name=csrf]', (field) => (field.value = 'forged'));
  await press(page, '[value=allow]');
  await look('forged');
  await page.goto(`${asking.url}/logout?client_id=${client.id}`);
  await look('logged out');
}

describe('axe finds nothing to complain about', () => {
  for (const scheme of ['light', 'dark']) {
    for (const [name, size] of Object.entries({ wide: WIDE, phone: PHONE })) {
      test(`${scheme}, ${name}`, async (t) => {
        const client = await newClient(t);
        await browse({ scheme, size, expected: [400, 403] }, async (page) => {
          await tour(page, client, async (name) => {
            assert.deepEqual(await violations(page), [], name);
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(overflow <= 0, `${name}: ${overflow} pixels too wide`);
          });
        });
      });
    }
  }
});

test('on the narrowest screen, or with text of twice the size, nothing is cut off', async (t) => {
  for (const [width, size] of [[320, '100%'], [640, '200%']]) {
    const client = await newClient(t);
    await browse({ size: { width, height: 640 }, expected: [400, 403] }, async (page) => {
      await tour(page, client, async (name) => {
        await page.evaluate((size) => (document.documentElement.style.fontSize = size), size);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${name}, ${width} pixels, ${size}: ${overflow} pixels too wide`);
      });
    });
  }
});

test('every page has a title, one heading, a language, and stays with nobody', async (t) => {
  const client = await newClient(t);
  await browse({ expected: [400, 403] }, async (page) => {
    const titles = new Map();
    let last;
    page.on('response', (response) => response.request().isNavigationRequest() && (last = response));
    await tour(page, client, async (name) => {
      assert.equal((await page.$$('h1')).length, 1, name);
      assert.equal((await page.$$('main')).length, 1, name);
      assert.equal(await page.$eval('html', ({ lang }) => lang), 'en', name);
      titles.set(name, await page.title());
      const headers = last.headers();
      assert.match(headers['cache-control'], /no-store/, name);
      assert.equal(headers['x-frame-options'], 'DENY', name);
      assert.equal(headers['x-content-type-options'], 'nosniff', name);
      assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/, name);
      assert.ok(!/unsafe|\*|data:/.test(headers['content-security-policy']), name);
      assert.equal(await exists(page, 'script, style, [style]'), false, name);
    });
    assert.ok([...titles.values()].every((title) => title.endsWith('· Chancery')), `${[...titles.values()]}`);
    assert.notEqual(titles.get('login'), titles.get('login with an error'), 'an error is heard first');
  });
});

describe('the keyboard', () => {
  const focused = (page) => page.evaluate(() => document.activeElement.name || document.activeElement.textContent);

  test('it fills the login in and sends it', async (t) => {
    const client = await newClient(t, plain);
    await browse({}, async (page) => {
      await page.goto(plain.authorize(client));
      await focuses(page, 'email');
      await page.keyboard.type(plain.person.email);
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'password');
      await page.keyboard.type(plain.person.password);
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'Sign in');
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'Deutsch');
      await page.keyboard.down('Shift');
      await page.keyboard.press('Tab');
      await page.keyboard.up('Shift');
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      assert.ok(new URL(page.url()).searchParams.get('code'));
    });
  });

  test('Enter in the password sends it', async (t) => {
    const client = await newClient(t, plain);
    await browse({}, async (page) => {
      await page.goto(plain.authorize(client, { login_hint: plain.person.email }));
      await focuses(page, 'password');
      await page.keyboard.type(plain.person.password);
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      assert.ok(new URL(page.url()).searchParams.get('code'));
    });
  });

  test('it decides, refusal first, and shows where it is', async (t) => {
    const client = await newClient(t);
    await browse({}, async (page) => {
      await page.goto(asking.authorize(client));
      await logIn(page, asking.person);
      const order = [];
      for (let at = 0; at < 3; at += 1) {
        await page.keyboard.press('Tab');
        order.push(await page.evaluate(() => document.activeElement.value || document.activeElement.tagName));
        const outline = await page.evaluate(() => {
          const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
          return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
        });
        assert.ok(outline, `the focus on ${order.at(-1)} can be seen`);
      }
      assert.deepEqual(order, ['A', 'deny', 'allow']);
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      assert.ok(new URL(page.url()).searchParams.get('code'));
    });
  });
});

describe('languages', () => {
  const heading = async (page) => [await page.$eval('html', ({ lang }) => lang), await text(page, 'h1')];

  test('a browser gets the language that it asks for', async (t) => {
    const client = await newClient(t);
    const asked = { 'de-AT,de;q=0.9': 'de', 'ja,fr;q=0.5,en;q=0.1': 'fr', 'es;q=0.1,en;q=0.9': 'en', 'fr;q=0,es': 'es' };
    for (const [language, tag] of Object.entries(asked)) {
      await browse({ language }, async (page) => {
        await page.goto(asking.authorize(client));
        assert.deepEqual(await heading(page), [tag, LANGUAGES[tag]], language);
        await page.goto(`${asking.url}/account`);
        assert.equal(await page.$eval('html', ({ lang }) => lang), tag);
      });
    }
  });

  test('a person chooses another one, and keeps it to the end', async (t) => {
    const client = await newClient(t);
    await browse({ language: 'en', expected: [400] }, async (page) => {
      await page.goto(asking.authorize(client, { state: 'kept & more', login_hint: 'ada@example.org' }));
      for (const tag of ['fr', 'es', 'de']) {
        await press(page, `nav [hreflang=${tag}]`);
        assert.deepEqual(await heading(page), [tag, LANGUAGES[tag]]);
        assert.equal(await page.$eval('nav [aria-current]', ({ lang }) => lang), tag);
        assert.equal(await page.$eval('#email', ({ value }) => value), 'ada@example.org');
      }
      await logIn(page, { ...asking.person, password: 'not the password' });
      assert.equal((await heading(page))[0], 'de');
      await logIn(page, asking.person);
      assert.equal((await heading(page))[0], 'de', 'the consent too');
      await press(page, '[value=allow]');
      assert.equal(new URL(page.url()).searchParams.get('state'), 'kept & more');
    });
  });

  test('an application asks for one with ui_locales', async (t) => {
    const client = await newClient(t);
    await browse({ language: 'de' }, async (page) => {
      await page.goto(asking.authorize(client, { ui_locales: 'ja fr-CA en' }));
      assert.deepEqual(await heading(page), ['fr', LANGUAGES.fr]);
      await page.goto(`${asking.url}/logout?ui_locales=es`);
      assert.equal((await heading(page))[0], 'es');
    });
  });

  test('an error is told in the language of the browser', async () => {
    const titles = new Set();
    for (const language of Object.keys(LANGUAGES)) {
      await browse({ language, expected: [400] }, async (page) => {
        await page.goto(`${asking.url}/oauth/authorize?client_id=unknown`);
        const [tag, title] = await heading(page);
        assert.equal(tag, language);
        titles.add(title);
      });
    }
    assert.equal(titles.size, Object.keys(LANGUAGES).length);
  });
});

test('an application may lead on to another origin with what it was answered', async (t) => {
  const home = callback().replace(app.origin, app.foreign);
  const client = await asking.register(t, { registeredRedirectUri: [app.lead(app.path(), home)] });
  await browse({}, async (page) => {
    await page.goto(asking.authorize(client));
    await logIn(page, asking.person);
    await press(page, '[value=allow]');
    assert.equal(page.url(), home, 'after the consent');
    await page.goto(asking.authorize(client, { prompt: 'login' }));
    await logIn(page, asking.person);
    assert.equal(page.url(), home, 'after the login');
  });
});
