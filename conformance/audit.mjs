// The audit of GraphQL over HTTP by graphql-http's author: node audit.mjs URL
import { serverAudits } from 'graphql-http';
import { verdict } from './verdict.mjs';

const [url] = process.argv.slice(2);
for (const audit of serverAudits({ url })) {
  const result = await audit.fn();
  verdict('graphql-http', `${audit.id} ${audit.name}`, result.status === 'ok' ? '' : `${result.status}: ${result.reason}`);
}
