// A relying party that knows nothing but the issuer: npm's openid-client, and a person who logs in.
//
// CHANCERY_REGISTRATION_TOKEN is an initial access token of the server. With KEYS_CERT and KEYS_KEY, what clients publish is
// served by https with that pair.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';

import * as oidc from 'openid-client';

import { bootstrap, create, url } from '../chancery.mjs';
import { Person } from '../person.mjs';

export { assert, bootstrap, oidc, url };

/** Plain http on the loopback interface is all that the suite needs. */
export const local = { execute: [oidc.allowInsecureRequests] };

/** A client of an administrator, as a relying party that knows the issuer and its own credentials. */
export async function relyingParty(t, members, metadata = {}, authentication) {
  const client = await create(t, 'CODE', { scope: ['openid', 'user-basic-info'], ...members });
  const party = await oidc.discovery(new URL(url), client.id, { client_secret: client.secret, ...metadata }, authentication, local);
  return { client, party, callback: client.registeredRedirectUri[0] };
}

export const initialAccessToken = process.env.CHANCERY_REGISTRATION_TOKEN;
export const CALLBACK = 'https://app.example/cb';

/** Registers a client; it is gone when the test is over. */
export async function register(t, metadata = {}, authentication) {
  const options = { ...local, initialAccessToken };
  const party = await oidc.dynamicClientRegistration(new URL(url), { redirect_uris: [CALLBACK], ...metadata }, authentication, options);
  t.after(() => manage(party.clientMetadata(), 'DELETE'));
  return { party, client: party.clientMetadata() };
}

/** Reads, changes or deletes a registration. */
export const manage = (client, method, json, token = client.registration_access_token) => fetch(client.registration_client_uri, {
  method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: json && JSON.stringify(json),
});

/** What a client publishes: the origin of a site that answers so until the test is over. */
export async function site(t, answer) {
  const { KEYS_CERT: cert, KEYS_KEY: key } = process.env;
  const pair = cert && { cert: readFileSync(cert), key: readFileSync(key) };
  const server = (pair ? https.createServer(pair, answer) : http.createServer(answer)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${pair ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
}

/** Asks for what the parameters say at /oauth2, logs in where that is asked for: the URL at which the client is called. */
export async function authorize(address, { person = new Person(), consent } = {}) {
  let answer = await person.follow(address);
  for (let page = 0; !answer.next && page < 4; page += 1) {
    const [, csrf] = /name="csrf" value="([^"]+)"/.exec(answer.text) ?? assert.fail(`${answer.status} ${answer.text}`);
    const { pathname } = new URL(answer.address);
    const form = pathname.endsWith('/consent')
      ? { csrf, decision: consent ?? 'allow' }
      : { csrf, email: bootstrap.admin.email, password: bootstrap.admin.password };
    answer = await person.follow(answer.address, form);
  }
  assert.ok(answer.next, answer.text);
  return new URL(answer.next);
}

/** A whole login: the tokens, and what they were checked against. */
export async function logIn(t, { members, metadata, authentication, parameters = {}, person } = {}) {
  const world = await relyingParty(t, members, metadata, authentication);
  const verifier = oidc.randomPKCECodeVerifier();
  const expected = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const address = oidc.buildAuthorizationUrl(world.party, {
    redirect_uri: world.callback,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    ...parameters,
  });
  const called = await authorize(address.href, { person });
  const tokens = await oidc.authorizationCodeGrant(world.party, called, expected);
  return { ...world, tokens, called };
}
