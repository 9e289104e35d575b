// Server-sent events by the client that defines them: node sse.mjs URL TOKEN
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { judged } from './verdict.mjs';
import { POST_UPDATED, loves, somePost, within } from './live.mjs';

const [url, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const stream = `${url}/stream`;
const post = await somePost(url, token);

// stirred gives the next event of an iterator while something goes on happening: until the subscription has begun nobody
// is told of anything.
async function stirred(events) {
  const pending = events.next();
  const again = setInterval(() => post.stir().catch(() => {}), 250);
  try {
    return (await within(pending, 'an event')).value;
  } finally {
    clearInterval(again);
  }
}

for (const singleConnection of [false, true]) {
  const suite = `graphql-sse, ${singleConnection ? 'single connection' : 'distinct connections'}`;
  const client = () => createClient({ url: stream, singleConnection, headers: { ...headers }, retryAttempts: 0 });
  await judged(suite, 'a query', async () => {
    const c = client();
    const { value } = await within(c.iterate({ query: '{ me { id } }' }).next(), 'an answer');
    assert.ok(value.data.me.id);
    c.dispose();
  });
  await judged(suite, 'a mutation', async () => {
    const c = client();
    const { value } = await within(c.iterate({ query: 'mutation Love($input: ReactionSetInput!) { reactionSet(input: $input) { userErrors { code } } }', variables: { input: { subjectId: post.id, kind: 'LOVE', on: true } } }).next(), 'an answer');
    assert.deepEqual(value.data.reactionSet.userErrors, []);
    c.dispose();
  });
  await judged(suite, 'every event of a subscription', async () => {
    const c = client();
    const events = c.iterate({ query: POST_UPDATED, variables: { postId: post.id } });
    let before = loves((await stirred(events)).data.postUpdated);
    for (let i = 0; i < 4; i++) {
      const pending = events.next();
      await post.stir();
      const { value } = await within(pending, 'an event');
      const now = loves(value.data.postUpdated);
      assert.equal(Math.abs(now - before), 1);
      before = now;
    }
    await events.return();
    c.dispose();
  });
  await judged(suite, 'what is refused says why, and completes', async () => {
    const c = client();
    const events = c.iterate({ query: '{ nonsense }' });
    const { value } = await within(events.next(), 'an answer');
    assert.equal(value.errors[0].extensions.code, 'BAD_USER_INPUT');
    assert.equal((await within(events.next(), 'the end')).done, true);
    c.dispose();
  });
}

const suite = 'event stream';
// read gives frames of a stream as they come.
async function* read(body) {
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString('latin1');
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const frame = Object.fromEntries(text.slice(0, end).split('\n').map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 2)]));
      if (frame.event) yield frame;
    }
  }
}
const open = (extra, query, variables, signal) => fetch(stream, { method: 'POST', signal, headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream', ...extra }, body: JSON.stringify({ query, variables }) });

await judged(suite, 'charset=us-ascii escapes everything else, so that any split of chunks is safe', async () => {
  const answer = await open({ accept: 'text/event-stream; charset=us-ascii' }, '{ me { displayName } }');
  const text = await answer.text();
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=us-ascii', text);
  assert.ok([...text].every((c) => c.codePointAt(0) < 128), text);
  assert.match(JSON.parse(text.match(/data: (\{.*)/)[1]).data.me.displayName, /[^\x00-\x7f]/);
});
await judged(suite, 'who comes back with Last-Event-ID is told what was missed', async () => {
  let stop = new AbortController();
  let frames = read((await open({}, POST_UPDATED, { postId: post.id }, stop.signal)).body);
  const first = await stirred(frames);
  assert.ok(first.id, 'an event has an id');
  stop.abort();
  await frames.return().catch(() => {});
  await post.stir(); // nobody listens
  stop = new AbortController();
  frames = read((await open({ 'last-event-id': first.id }, POST_UPDATED, { postId: post.id }, stop.signal)).body);
  const missed = await within(frames.next(), 'what was missed');
  assert.equal(JSON.parse(missed.value.data).data.postUpdated.id, post.id);
  assert.notEqual(missed.value.id, first.id);
  stop.abort();
});
await judged(suite, 'a bad token is a 401 and nothing runs', async () => {
  const answer = await open({ authorization: 'Bearer nonsense' }, '{ me { id } }');
  assert.equal(answer.status, 401);
});
process.exit(0);
