// The logo that a client registered stands on the pages that lead to it, and comes from the server: nobody but it learns who
// is about to log in.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';

import { Person } from '../person.mjs';
import { CALLBACK, assert, oidc, register, site, url } from './world.mjs';

/** One pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const logoOf = (client) => fetch(`${url}/oauth2/logo/${client.client_id}`);

/** The login page of such a client. */
async function page(party) {
  const { search } = oidc.buildAuthorizationUrl(party, { redirect_uri: CALLBACK, scope: 'openid' });
  return (await new Person().follow(`${url}/oauth2/authorize${search}`)).text;
}

test('a logo is fetched once, and shown beside where the client says what it does', async (t) => {
  let asked = 0;
  const origin = await site(t, (request, response) => {
    asked += 1;
    assert.deepEqual([request.headers.cookie, request.headers.referer], [undefined, undefined]);
    response.end(PNG);
  });
  const metadata = { logo_uri: `${origin}/logo`, policy_uri: 'https://app.example/privacy', tos_uri: 'https://app.example/terms' };
  const { party, client } = await register(t, metadata);
  const text = await page(party);
  for (const part of [`src="/oauth2/logo/${client.client_id}"`, 'href="https://app.example/privacy"', 'href="https://app.example/terms"']) {
    assert.ok(text.includes(part), part);
  }
  assert.ok(!text.includes(origin), 'the browser is not sent there');
  const [first, second] = [await logoOf(client), await logoOf(client)];
  for (const answer of [first, second]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'image/png');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'; sandbox/);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), PNG);
  }
  assert.equal(asked, 1);
});

test('what is no picture, too large, elsewhere or out of bounds is not there', async (t) => {
  const answers = {
    '/page': (response) => response.end('<html><script>alert(1)</script></html>'),
    '/drawing': (response) => response.end('<svg xmlns="http://www.w3.org/2000/svg"></svg>'),
    '/large': (response) => response.end(Buffer.concat([PNG, Buffer.alloc(256 * 1024)])),
    '/moved': (response) => response.writeHead(302, { Location: '/logo' }).end(),
    '/gone': (response) => response.writeHead(404).end(PNG),
  };
  let reached = 0;
  const origin = await site(t, (request, response) => {
    reached += 1;
    answers[request.url](response);
  });
  for (const path of Object.keys(answers)) {
    const { client } = await register(t, { logo_uri: `${origin}${path}` });
    assert.equal((await logoOf(client)).status, 404, path);
  }
  assert.equal(reached, Object.keys(answers).length);
  let connections = 0;
  const closed = createServer(() => { connections += 1; }).listen(0, '127.0.0.2');
  await once(closed, 'listening');
  t.after(() => closed.close());
  const { client: outside } = await register(t, { logo_uri: `https://127.0.0.2:${closed.address().port}/` });
  assert.equal((await logoOf(outside)).status, 404);
  assert.equal(connections, 0, 'nobody let the server go there');
  const { party, client } = await register(t);
  assert.ok(!(await page(party)).includes('app-logo'));
  for (const id of [client.client_id, '00000000-0000-4000-8000-000000000000', 'x']) {
    assert.equal((await logoOf({ client_id: id })).status, 404, id);
  }
});
