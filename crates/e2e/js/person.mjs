// A person at the login pages, by HTTP: keeps cookies, follows what leads on, fills forms in.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

import { bootstrap, url } from './chancery.mjs';

const { email, password } = bootstrap.admin;

export const verifierOf = () => randomBytes(48).toString('base64url');
export const challengeOf = (verifier) => createHash('sha256').update(verifier).digest('base64url');

/** A browser without a window. */
export class Person {
  #cookies = new Map();

  /** One request, with the cookies of earlier answers. */
  async visit(address, form) {
    const Cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const body = form && new URLSearchParams(form);
    const headers = { Cookie };
    const answer = await fetch(address, { method: form ? 'POST' : 'GET', redirect: 'manual', headers, body });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (cookie.includes('Max-Age=0')) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    return { status: answer.status, address, text: await answer.text(), next: location && new URL(location, address).href };
  }

  /** Goes on until there is a page, or the way leads away from the server. */
  async follow(address, form) {
    let answer = await this.visit(address, form);
    while (answer.next?.startsWith(`${url}/`)) answer = await this.visit(answer.next);
    return answer;
  }

  /** Asks for what the parameters say, logs in if that is asked for, and ends at the client: what it is told there. */
  async authorize(client, parameters = {}) {
    const query = { client_id: client.id, redirect_uri: client.registeredRedirectUri[0], response_type: 'code', ...parameters };
    let answer = await this.follow(`${url}/oauth/authorize?${new URLSearchParams(query)}`);
    if (!answer.next) {
      const [, csrf] = /name="csrf" value="([^"]+)"/.exec(answer.text) ?? assert.fail(answer.text);
      answer = await this.follow(answer.address, { csrf, email, password });
    }
    assert.ok(answer.next?.startsWith(query.redirect_uri), `${answer.status} ${answer.next} ${answer.text}`);
    const { searchParams, hash } = new URL(answer.next);
    return Object.fromEntries(hash ? new URLSearchParams(hash.slice(1)) : searchParams);
  }
}

/** A code for this client, of a person who has just logged in. */
export async function codeFor(client, parameters) {
  const { code, error } = await new Person().authorize(client, parameters);
  assert.equal(error, undefined);
  return code;
}
