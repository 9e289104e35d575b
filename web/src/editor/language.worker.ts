import { startJson } from './json-worker';
import { initialize } from 'monaco-editor/esm/vs/editor/editor.worker.js';
import { GraphQLWorker } from 'monaco-graphql/esm/GraphQLWorker.js';

// One worker file serves the editor, JSON and GraphQL, which share most of their code; its name says which it is.
globalThis.onmessage = (message) => {
  if (self.name === 'json') startJson(message);
  else initialize((context: any, settings: any) => new GraphQLWorker(context, settings));
};
