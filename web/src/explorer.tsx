import './editor/workers';
import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { createRoot } from 'react-dom/client';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './explorer.css';
import { documentNamed, documents } from './documents';
import { useEditorLooks } from './editor/looks';
import { fetcher } from './exchange';
import { Header } from './header';
import { Pictures } from './pictures';
import { useAskAgain, useRunAtStart } from './run';
import { openSession } from './session';
import { Status } from './status';

const home = documents[0]!;
const atStart = documentNamed(new URLSearchParams(location.search).get('run') ?? '');
const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];

function Explorer() {
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      plugins={plugins}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultTabs={[{ query: (atStart ?? home).query, variables: atStart?.variables }]}
      initialQuery={atStart?.query}
      initialVariables={atStart?.variables}
      schemaDescription
    >
      <HistoryStore>
        <DocExplorerStore>
          <Page />
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}

function Page() {
  useEditorLooks();
  useRunAtStart(atStart);
  useAskAgain();
  return (
    <>
      <Header />
      <main>
        <GraphiQLInterface showPersistHeadersSettings={false}>
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
          <GraphiQL.Footer>
            <Pictures />
          </GraphiQL.Footer>
        </GraphiQLInterface>
      </main>
      <Status />
    </>
  );
}

// The first request of the page already goes out as the viewer, so the viewer is settled before anything is drawn.
await openSession();
createRoot(document.getElementById('explorer')!).render(<Explorer />);
