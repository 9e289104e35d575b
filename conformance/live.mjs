// What the checks of subscriptions share: a post, and something that happens to it whenever they like.
export async function ask(url, token, query, variables) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

export const POST_UPDATED = 'subscription PostUpdated($postId: ID!) { postUpdated(postId: $postId) { id reactions { kind count } commentCount } }';

// somePost gives a post's id and a function that changes how many members love it.
export async function somePost(url, token) {
  const { feed } = await ask(url, token, '{ feed(kind: NEW, first: 1) { nodes { id viewerReactions } } }').catch(() => ask(url, token, '{ feed(kind: NEW, first: 1) { nodes { id } } }'));
  const id = feed.nodes[0].id;
  const set = (on) => ask(url, token, 'mutation Love($input: ReactionSetInput!) { reactionSet(input: $input) { userErrors { code } } }', { input: { subjectId: id, kind: 'LOVE', on } });
  await set(false);
  let on = false;
  return { id, stir: () => set((on = !on)) };
}

export const loves = (post) => post.reactions.find((r) => r.kind === 'LOVE')?.count ?? 0;

// within fails when nothing came of a promise in time; the limit is far above what any machine needs.
export function within(promise, what, ms = 20_000) {
  let timer;
  return Promise.race([promise, new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: nothing in ${ms} ms`)), ms); })]).finally(() => clearTimeout(timer));
}
