import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { useAnswer } from './answer';
import type { ReadyDocument } from './documents';
import { useSession } from './session';

/** Runs the document that the address asked for, once, when the editors hold it and the schema has come or failed to. */
export function useRunAtStart(document?: ReadyDocument): void {
  const { queryEditor, variableEditor, responseEditor, operationName, schema, fetchError } = useGraphiQL(
    pick('queryEditor', 'variableEditor', 'responseEditor', 'operationName', 'schema', 'fetchError'),
  );
  const { run } = useGraphiQLActions();
  const done = useRef(false);
  const settled = queryEditor && variableEditor && responseEditor && (schema || fetchError);
  const ready = Boolean(settled) && operationName === document?.operation;
  useEffect(() => {
    if (!document || !ready || done.current) return;
    done.current = true;
    void run();
  }, [document, ready, run]);
}

/** Asks a query that has an answer again when the viewer or the language changes; never a mutation. */
export function useAskAgain(): void {
  const { operations, operationName, schema } = useGraphiQL(pick('operations', 'operationName', 'schema'));
  const { run, introspect } = useGraphiQLActions();
  const { viewer, language } = useSession();
  const asked = useRef({ viewer, language });
  useEffect(() => {
    if (asked.current.viewer === viewer && asked.current.language === language) return;
    asked.current = { viewer, language };
    if (!schema) void introspect();
    const { phase } = useAnswer.getState();
    const chosen = operations?.find((o) => o.name?.value === operationName) ?? operations?.[0];
    if ((phase === 'ok' || phase === 'errors') && chosen?.operation === 'query') void run();
  }, [viewer, language, schema, operations, operationName, run, introspect]);
}
