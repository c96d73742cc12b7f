// A relying party that knows nothing but the issuer: npm's openid-client, and a person who logs in.

import assert from 'node:assert/strict';

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
