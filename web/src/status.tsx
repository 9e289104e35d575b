import { useAnswer } from './answer';
import { claims, memberById, useSession, type Viewer } from './session';

const phases = { none: 'Ready', waiting: 'Waiting…', ok: 'OK', errors: '' };

/** One line below the editors: how the last answer came, what it cost, and as whom the next question goes out. */
export function Status() {
  const { phase, milliseconds, errors, stores } = useAnswer();
  const viewer = useSession((s) => s.viewer);
  const done = phase === 'ok' || phase === 'errors';
  return (
    <footer className="mg-status">
      <div role="status" className="mg-answer" data-phase={phase}>
        <span className="mg-phase">{phase === 'errors' ? `${errors} ${errors === 1 ? 'error' : 'errors'}` : phases[phase]}</span>
        {phase === 'none' && <span>Ctrl-Enter runs the query</span>}
        {done && <span title="From sending the request to the last byte of the answer">{duration(milliseconds)}</span>}
        {done && Object.entries(stores).length > 0 && (
          <ul title="What this request asked of the stores">
            {Object.entries(stores).map(([store, count]) => (
              <li key={store}>
                {store} <b>{count}</b>
              </li>
            ))}
          </ul>
        )}
      </div>
      <span className="mg-as">{nameOf(viewer)}</span>
      <a href="/schema.graphqls" target="_blank" rel="noreferrer">
        Schema
      </a>
    </footer>
  );
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

function nameOf(viewer: Viewer): string {
  if (viewer.kind === 'nobody') return 'Signed out';
  if (viewer.kind === 'member') {
    const member = memberById(viewer.memberId);
    return `${member?.displayName ?? 'Member'} (${viewer.memberId})`;
  }
  const { sub, scope, exp } = claims(viewer.token);
  const until = exp ? `until ${new Date(exp * 1000).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' })}` : '';
  return [sub ?? 'Pasted token', scope, until].filter(Boolean).join(', ');
}
