// A running server, as its administrator client and the browsers of people see it.

import assert from 'node:assert/strict';

/** A running server, and what its administrator and its administrator client do there. */
export function serverAt(url, bootstrap) {
  let token;

  async function grant() {
    const { clientId, clientSecret } = bootstrap.client;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const headers = { Authorization: `Basic ${basic}` };
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    return (await (await fetch(`${url}/oauth/token`, { method: 'POST', headers, body })).json()).access_token;
  }

  /** One request to the management API, which must succeed. */
  async function api(method, path, content) {
    token ??= await grant();
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const body = content && JSON.stringify(content);
    const answer = await fetch(`${url}/api/v2${path}`, { method, headers, body });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  return {
    url,
    api,
    organization: bootstrap.organization,
    /** The administrator, who is the person that logs in. */
    person: { email: bootstrap.admin.email, password: bootstrap.admin.password },
    /** A new client, which is gone after the test. */
    async register(t, members) {
      const registration = { name: 'An application', authorizedGrantType: 'CODE', scope: ['users:readonly'], ...members };
      const client = await api('POST', '/oauth/clients', registration);
      t.after(() => api('DELETE', `/oauth/clients/${client.id}`));
      return client;
    },
    /** Whether the management API takes this token. */
    async accepts(token) {
      const headers = { Authorization: `Bearer ${token}` };
      const { status } = await fetch(`${url}/api/v2/tokens/me`, { headers });
      assert.ok([200, 401].includes(status), `${status}`);
      return status === 200;
    },
    /** The address that begins a login; `parameters` may change it. */
    authorize: (client, parameters) => `${url}/oauth/authorize?${request(client, parameters)}`,
    page: (name, client, parameters) => `${url}/oauth/${name}?${request(client, parameters)}`,
  };
}

function request(client, parameters = {}) {
  const all = {
    client_id: client.id,
    redirect_uri: client.registeredRedirectUri[0],
    response_type: 'code',
    state: 'a-state',
    ...parameters,
  };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== undefined));
}
