// The peer that the figures are compared with: oidc-provider with all that a request does not need turned off.
//
// Library and runtime are pinned in package.json: the newest library, on the newest Node that it supports.
//
// All requests but those for metadata are POST with HTTP Basic, and a form:
//   /token                 grant_type=client_credentials, and resource=https://es256.example (eddsa, rs256) for a JWT
//   /token                 grant_type=authorization_code&redirect_uri=https://app.example/back&code=...
//   /token                 grant_type=refresh_token&refresh_token=...
//   /token/introspection   token=...
//   /prepare?codes=N       no form nor client: N codes, one per line; refresh_tokens=N and tokens=N (opaque) likewise
//
// Workers share no memory, so that with two of them only client_credentials and metadata can be measured.
import cluster from 'node:cluster';
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';

const WORKERS = Number(process.env.WORKERS ?? 1);
const CLIENTS = Number(process.env.CLIENTS ?? 0);
const { CLIENT_ID = 'bench', CLIENT_SECRET = 'bench-secret-bench-secret-bench-secret' } = process.env;
const { NUMBERED_SECRET = CLIENT_SECRET } = process.env;
const REDIRECT_URI = 'https://app.example/back';
const SCOPE = 'offline_access api';
const ACCOUNT = 'alice';
const HOUR = 3600;
const ALGORITHMS = {
  'https://es256.example': 'ES256',
  'https://eddsa.example': 'EdDSA',
  'https://rs256.example': 'RS256',
};

// Koa reads it when it is loaded.
process.env.NODE_ENV = 'production';
process.on('SIGTERM', () => process.exit());

if (WORKERS > 1 && cluster.isPrimary) {
  // Workers that listen on port 0 share one; they share the keys too, or /jwks would differ between connections.
  const env = { JWKS: JSON.stringify(newKeys()) };
  let waiting = WORKERS;
  cluster.on('message', (_worker, port) => --waiting || announce(port));
  cluster.on('exit', () => process.exit(1));
  for (let i = 0; i < WORKERS; i++) cluster.fork(env);
} else {
  const keys = process.env.JWKS ? JSON.parse(process.env.JWKS) : newKeys();
  const server = http.createServer({ keepAliveTimeout: HOUR * 1000 });
  server.listen(0, '127.0.0.1', async () => {
    const { port } = server.address();
    const provider = await newProvider(`http://127.0.0.1:${port}`, keys);
    const answer = provider.callback();
    server.on('request', (req, res) => {
      if (req.url.startsWith('/prepare?')) prepare(provider, req, res);
      else answer(req, res);
    });
    if (cluster.isWorker) process.send(port);
    else announce(port);
  });
}

function announce(port) {
  console.log(`listening on http://127.0.0.1:${port}`);
}

function newKeys() {
  const pairs = [
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ];
  return { keys: pairs.map(({ privateKey }) => ({ ...privateKey.export({ format: 'jwk' }), use: 'sig' })) };
}

async function newProvider(issuer, jwks) {
  const { Provider, errors } = await import('oidc-provider');
  const off = { enabled: false };
  const provider = new Provider(issuer, {
    adapter: MapAdapter,
    jwks,
    clients: [...newClients()],
    clientAuthMethods: ['client_secret_basic'],
    scopes: ['openid', ...SCOPE.split(' ')],
    pkce: { required: () => false },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    // Numbers, since the default functions write a notice to stdout, and long enough for what was prepared.
    ttl: { AccessToken: HOUR, AuthorizationCode: HOUR, ClientCredentials: HOUR, Grant: HOUR, RefreshToken: HOUR },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => {
          const alg = ALGORITHMS[resource];
          if (!alg) throw new errors.InvalidTarget();
          return { scope: '', accessTokenFormat: 'jwt', jwt: { sign: { alg } } };
        },
      },
      devInteractions: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      rpInitiatedLogout: off,
      userinfo: off,
    },
  });
  provider.on('server_error', (_ctx, error) => console.error(error));
  return provider;
}

// Static, since the clients of an adapter are hashed at each request, and parsed again when out of the last 100 or so.
function* newClients() {
  yield {
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
  };
  for (let i = 0; i < CLIENTS; i++) {
    yield {
      client_id: `00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`,
      client_secret: NUMBERED_SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    };
  }
}

// The built-in adapter forgets all but the last 1,000 to 2,000 entries; this does the same as fast, and forgets none.
// What only sessions and devices need is left out.
const grants = new Map();

class MapAdapter {
  #entries = new Map();

  constructor() {
    setInterval(() => this.#sweep(), 1000).unref();
  }

  find(id) {
    const entry = this.#entries.get(id);
    return entry?.expires > Date.now() ? entry.payload : undefined;
  }

  upsert(id, payload, expiresIn = Infinity) {
    this.destroy(id);
    const entry = { id, payload, expires: Date.now() + expiresIn * 1000, adapter: this };
    this.#entries.set(id, entry);
    if (!payload.grantId) return;
    const members = grants.get(payload.grantId);
    if (members) members.add(entry);
    else grants.set(payload.grantId, new Set([entry]));
  }

  consume(id) {
    this.find(id).consumed = Math.floor(Date.now() / 1000);
  }

  destroy(id) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    const members = grants.get(entry.payload.grantId);
    if (members?.delete(entry) && !members.size) grants.delete(entry.payload.grantId);
  }

  revokeByGrantId(grantId) {
    for (const { adapter, id } of grants.get(grantId) ?? []) adapter.destroy(id);
  }

  // Entries of one kind live equally long, so that the first one alive ends it.
  #sweep() {
    const now = Date.now();
    for (const [id, { expires }] of this.#entries) {
      if (expires > now) break;
      this.destroy(id);
    }
  }
}

// Makes tokens as the endpoints would, the codes and refresh tokens with a grant each, and answers them one per line.
async function prepare(provider, req, res) {
  const [[kind, count]] = new URL(req.url, provider.issuer).searchParams;
  const client = await provider.Client.find(CLIENT_ID);
  const gty = 'authorization_code';
  const granted = async () => {
    const grant = new provider.Grant({ accountId: ACCOUNT, clientId: CLIENT_ID });
    grant.addOIDCScope(SCOPE);
    return { accountId: ACCOUNT, client, grantId: await grant.save(), scope: SCOPE };
  };
  const make = {
    tokens: async () => new provider.ClientCredentials({ client }),
    codes: async () => new provider.AuthorizationCode({ ...await granted(), redirectUri: REDIRECT_URI }),
    refresh_tokens: async () => new provider.RefreshToken({ ...await granted(), gty, rotations: 0 }),
  }[kind];
  let lines = '';
  for (let i = 0; i < Number(count); i++) lines += `${await (await make()).save()}\n`;
  res.setHeader('content-type', 'text/plain').end(lines);
}
