import { ChevronDownIcon, DropdownMenu, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useRef } from 'react';
import { documents, type ReadyDocument } from './documents';
import { languages, speak, useSession, type Language } from './session';
import { Viewers } from './viewers';

export function Header() {
  const language = useSession((s) => s.language);
  return (
    <header className="mg-header">
      <h1 className="mg-brand">
        <Mark />
        Membergate
      </h1>
      <Viewers />
      <div className="mg-tools">
        <Documents />
        <select
          className="mg-control"
          aria-label="Language of the answers"
          title="Language of the answers (Accept-Language)"
          value={language}
          onChange={(event) => void speak(event.target.value as Language)}
        >
          {Object.entries(languages).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </header>
  );
}

/** The menu of ready documents. The chosen one opens when the menu has closed, since it takes the focus to the editor. */
function Documents() {
  const open = useOpenDocument();
  const chosen = useRef<ReadyDocument>(null);
  const onClosed = (event: Event) => {
    if (!chosen.current) return;
    event.preventDefault();
    open(chosen.current);
    chosen.current = null;
  };
  return (
    <DropdownMenu>
      <DropdownMenu.Button className="mg-control" aria-label="Open a ready document">
        Documents
        <ChevronDownIcon aria-hidden="true" />
      </DropdownMenu.Button>
      <DropdownMenu.Content align="end" className="mg-documents" onCloseAutoFocus={onClosed}>
        {documents.map((document) => (
          <DropdownMenu.Item key={document.operation} onSelect={() => (chosen.current = document)}>
            <strong>{document.operation}</strong>
            <span>{document.about}</span>
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

/** A gate with a coin in it; favicon.svg is the same drawing. */
function Mark() {
  return (
    <svg className="mg-mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#0b7a5b" />
      <path d="M8.5 25V15.5a7.5 7.5 0 0 1 15 0V25" fill="none" stroke="#fff" strokeWidth="2.8" strokeLinecap="round" />
      <circle cx="16" cy="18.5" r="3.6" fill="#f4b63f" />
    </svg>
  );
}

/** Goes to the tab that holds a document, or puts the document into an empty or a new tab. */
function useOpenDocument(): (document: ReadyDocument) => void {
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick('tabs', 'queryEditor', 'variableEditor'));
  const { addTab, changeTab } = useGraphiQLActions();
  return (document) => {
    const held = tabs.findIndex((tab) => tab.query === document.query);
    if (held >= 0) {
      changeTab(held);
    } else {
      if (queryEditor?.getValue().trim()) addTab();
      queryEditor?.setValue(document.query);
      variableEditor?.setValue(document.variables);
      if (document.variables) showVariables();
    }
    queryEditor?.focus();
  };
}

/** Unfolds the variables: GraphiQL has no call for it, but its own button does it. */
function showVariables(): void {
  document.querySelector<HTMLElement>('.graphiql-editor-tools [data-name="variables"]')?.click();
}
