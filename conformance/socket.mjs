// WebSockets by their close codes, and the client of most apps: node socket.mjs URL TOKEN
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { createClient } from 'graphql-ws';
import { judged } from './verdict.mjs';
import { POST_UPDATED, loves, somePost, within } from './live.mjs';

const [url, token] = process.argv.slice(2);
const address = url.replace(/^http/, 'ws');
const init = { type: 'connection_init', payload: { authorization: `Bearer ${token}` } };

// talk opens a socket that remembers what it is told, and how it ends.
async function talk({ protocol = 'graphql-transport-ws', headers = {} } = {}) {
  const socket = new WebSocket(address, protocol === '' ? undefined : protocol, { headers });
  const heard = [];
  let wake = () => {};
  const closed = new Promise((resolve) => socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })));
  const refused = new Promise((resolve) => socket.on('unexpected-response', (_, answer) => { resolve(answer.statusCode); socket.terminate(); }));
  socket.on('error', () => {});
  socket.on('message', (text) => { heard.push(JSON.parse(text)); wake(); });
  const opened = new Promise((resolve) => socket.on('open', resolve));
  await within(Promise.race([opened, closed, refused]), 'opening');
  const next = async (type) => {
    for (;;) {
      const i = heard.findIndex((m) => m.type === type);
      if (i >= 0) return heard.splice(i, 1)[0];
      await within(new Promise((resolve) => { wake = resolve; }), type);
    }
  };
  const say = (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  return { socket, say, next, heard, closed: () => within(closed, 'a close'), refused };
}

async function greeted(options) {
  const t = await talk(options);
  t.say(init);
  await t.next('connection_ack');
  return t;
}

const suite = 'WebSocket probe';
const check = (what, run) => judged(suite, what, run);
const closes = (what, code, run) => check(`${what} closes with ${code}`, async () => {
  const t = await run();
  assert.equal((await t.closed()).code, code);
});
const hello = { id: 'a', type: 'subscribe', payload: { query: '{ __typename }' } };
const endless = (id) => ({ id, type: 'subscribe', payload: { query: 'subscription { walletUpdated { id } }' } });

await closes('no subprotocol', 4406, () => talk({ protocol: '' }));
await closes('no JSON before init', 4400, async () => { const t = await talk(); t.say('nonsense'); return t; });
await closes('no JSON after the ack', 4400, async () => { const t = await greeted(); t.say('nonsense'); return t; });
await closes('an unknown type', 4400, async () => { const t = await greeted(); t.say({ type: 'shout' }); return t; });
await closes('subscribe before the ack', 4401, async () => { const t = await talk(); t.say(hello); return t; });
await closes('a second init', 4429, async () => { const t = await greeted(); t.say(init); return t; });
await closes('an id that is in use', 4409, async () => {
  const t = await greeted();
  t.say(endless('a'));
  t.say(endless('a'));
  return t;
});
await closes('no init', 4408, () => talk());
await check('a query is answered and completed', async () => {
  const t = await greeted();
  t.say(hello);
  assert.equal((await t.next('next')).id, 'a');
  assert.equal((await t.next('complete')).id, 'a');
  t.socket.terminate();
});
await check('a refused document is an error, and nothing follows', async () => {
  const t = await greeted();
  t.say({ id: 'a', type: 'subscribe', payload: { query: '{ nonsense }' } });
  assert.ok(Array.isArray((await t.next('error')).payload));
  t.say({ type: 'ping' });
  await t.next('pong');
  assert.deepEqual(t.heard, []);
  t.socket.terminate();
});
await check('complete from the client is answered by silence', async () => {
  const t = await greeted();
  t.say(endless('a'));
  t.say({ id: 'a', type: 'complete' });
  t.say({ type: 'ping' });
  await t.next('pong');
  t.say({ type: 'ping' });
  await t.next('pong');
  assert.deepEqual(t.heard.filter((m) => m.type !== 'next'), []);
  t.socket.terminate();
});
await check('ping is answered by pong, with its payload', async () => {
  const t = await talk();
  t.say({ type: 'ping', payload: { at: 1 } });
  assert.deepEqual((await t.next('pong')).payload, { at: 1 });
  t.socket.terminate();
});

const door = 'WebSocket door';
await judged(door, '20 strange origins are refused with 403', async () => {
  for (let i = 0; i < 20; i++) {
    const t = await talk({ headers: { origin: ['https://evil', 'null', 'http://localhost.evil', 'file://'][i % 4] + (i > 3 ? i : '') } });
    assert.equal(await within(t.refused, 'a refusal'), 403);
  }
});
await judged(door, 'a cookie signs nobody in', async () => {
  const t = await talk({ headers: { cookie: `token=${token}; authorization=Bearer ${token}` } });
  t.say({ type: 'connection_init' });
  await t.next('connection_ack');
  t.say(endless('a'));
  assert.equal((await t.next('error')).payload[0].extensions.code, 'UNAUTHENTICATED');
  t.socket.terminate();
});
await judged(door, 'a bad token closes with 4403', async () => {
  const t = await talk();
  t.say({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } });
  assert.equal((await t.closed()).code, 4403);
});
await judged(door, 'a message of more than 64 KiB closes with 1009', async () => {
  const t = await greeted();
  t.say({ type: 'ping', payload: { long: 'x'.repeat(65_600) } });
  assert.equal((await t.closed()).code, 1009);
});
await judged(door, 'the 21st operation is refused, and the others go on', async () => {
  const t = await greeted();
  for (let i = 0; i < 21; i++) t.say(endless(`s${i}`));
  assert.equal((await t.next('error')).id, 's20');
  t.say({ type: 'ping' });
  await t.next('pong');
  assert.deepEqual(t.heard, []);
  t.socket.terminate();
  await t.closed();
});
await judged(door, 'the 101st message of a minute closes with 1008', async () => {
  const t = await greeted();
  for (let i = 0; i < 100; i++) t.say({ type: 'pong' });
  assert.equal((await t.closed()).code, 1008);
});
await judged(door, 'a mutation is refused', async () => {
  const t = await greeted();
  t.say({ ...hello, payload: { query: 'mutation { signOut(input: {}) { signedOut } }' } });
  const { payload } = await t.next('error');
  assert.ok(['OPERATION_NOT_ALLOWED', 'BAD_USER_INPUT'].includes(payload[0].extensions.code));
  t.socket.terminate();
});
await judged(door, 'the sixth connection of a member closes with 1013', async () => {
  const open = [];
  let last;
  for (let i = 0; i < 12 && !last; i++) { // connections of checks before may still be ending
    const t = await talk();
    t.say(init);
    const ended = await Promise.race([t.next('connection_ack').then(() => undefined), t.closed()]);
    if (ended) last = { ...ended, before: open.length };
    else open.push(t);
  }
  for (const t of open) t.socket.terminate();
  await Promise.all(open.map((t) => t.closed()));
  assert.equal(last?.code, 1013);
  assert.ok(last.before <= 5, `${last.before} were let in`);
});

const app = 'graphql-ws';
const post = await somePost(url, token);
const client = (options = {}) => createClient({ url: address, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` }, keepAlive: 10_000, ...options });
await judged(app, 'every event of a subscription, in order', async () => {
  const c = client();
  const events = c.iterate({ query: POST_UPDATED, variables: { postId: post.id } });
  const counts = [];
  const first = events.next();
  await new Promise((resolve) => { c.on('message', resolve); c.iterate({ query: '{ __typename }' }).next().then(resolve); });
  for (let i = 0; i < 4; i++) {
    const pending = i === 0 ? first : events.next();
    await post.stir();
    const { value } = await within(pending, 'an event');
    counts.push(loves(value.data.postUpdated));
  }
  assert.deepEqual(counts.slice(2), counts.slice(0, 2));
  assert.equal(Math.abs(counts[0] - counts[1]), 1);
  await events.return();
  await c.dispose();
});
await judged(app, 'a query, and 20 at once on one socket', async () => {
  const c = client();
  const one = async () => (await c.iterate({ query: '{ me { id } }' }).next()).value.data.me.id;
  const all = await within(Promise.all(Array.from({ length: 20 }, one)), 'answers');
  assert.equal(new Set(all).size, 1);
  await c.dispose();
});
await judged(app, 'a connection that breaks is opened again, and events go on', async () => {
  let socket;
  let connections = 0;
  const c = client({ retryAttempts: 5, retryWait: async () => {}, on: { connected: (s) => { socket = s; connections++; } } });
  const events = c.iterate({ query: POST_UPDATED, variables: { postId: post.id } });
  let pending = events.next();
  await within(new Promise((resolve) => { const t = setInterval(() => { if (socket) { clearInterval(t); resolve(); } }, 20); }), 'a connection');
  socket.terminate();
  await within(new Promise((resolve) => { const t = setInterval(() => { if (connections > 1) { clearInterval(t); resolve(); } }, 20); }), 'another connection');
  const stirring = setInterval(() => post.stir().catch(() => {}), 300);
  const { value } = await within(pending, 'an event');
  clearInterval(stirring);
  assert.equal(value.data.postUpdated.id, post.id);
  await events.return();
  await c.dispose();
});

await judged('graphql-ws, the older protocol', 'data, complete and stop', async () => {
  const t = await talk({ protocol: 'graphql-ws' });
  t.say(init);
  await t.next('connection_ack');
  t.say({ id: '1', type: 'start', payload: { query: '{ me { id } }' } });
  assert.ok((await t.next('data')).payload.data.me.id);
  await t.next('complete');
  t.say({ id: '2', type: 'start', payload: { query: POST_UPDATED, variables: { postId: post.id } } });
  const stirring = setInterval(() => post.stir().catch(() => {}), 300);
  assert.equal((await t.next('data')).payload.data.postUpdated.id, post.id);
  clearInterval(stirring);
  t.say({ id: '2', type: 'stop' });
  t.say({ type: 'connection_terminate' });
  assert.equal((await t.closed()).code, 1000);
});
process.exit(0);
