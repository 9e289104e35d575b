import { createGraphiQLFetcher, isAsyncIterable, type Fetcher, type FetcherParams } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';
import { follow } from './answer';
import { bearer, useSession } from './session';

const url = '/graphql';

// Subscriptions open a socket when the first one starts and close it with the last, so each reads the token of its time.
const wsClient = createClient({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${url}`,
  connectionParams: async () => {
    const token = await bearer();
    return token ? { authorization: `Bearer ${token}` } : {};
  },
});

const whole = createGraphiQLFetcher({ url, wsClient, fetch: signed, enableIncrementalDelivery: false });
const inParts = createGraphiQLFetcher({ url, wsClient, fetch: signed });

/** Sends what GraphiQL asks as the viewer and follows the answer; the schema's own query is not followed. */
export const fetcher: Fetcher = async (params, options) => {
  if (params.operationName === 'IntrospectionQuery') return whole(params, options);
  const answer = follow();
  try {
    const result = await (wantsParts(params) ? inParts : whole)(params, options);
    if (isAsyncIterable(result)) return followed(result as AsyncIterable<any>, answer);
    answer.part(result);
    return result;
  } catch (error) {
    answer.end(true);
    throw error;
  }
};

async function* followed(results: AsyncIterable<any>, answer: ReturnType<typeof follow>): AsyncGenerator<any> {
  try {
    for await (const result of results) {
      answer.part(result);
      yield result;
    }
    answer.end();
  } catch (error) {
    answer.end(true);
    // A socket that does not open says so with an event, which holds no words; GraphiQL prints what it is given.
    throw error instanceof Event ? { message: `The socket at ${url} could not be opened.` } : error;
  }
}

function wantsParts({ query }: FetcherParams): boolean {
  return /@(defer|stream)\b/.test(query);
}

/** Adds who asks and in which language, unless the headers editor says otherwise. */
async function signed(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  if (!headers.has('Accept-Language')) headers.set('Accept-Language', useSession.getState().language);
  if (!headers.has('Authorization')) {
    const token = await bearer();
    if (token) headers.set('Authorization', `Bearer ${token}`);
  }
  return fetch(input, { ...init, headers });
}
