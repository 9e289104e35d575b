import { create } from 'zustand';

/** A picture that an answer names. */
export interface Picture {
  url: string;
  caption: string;
  avatar: boolean;
}

/** What the page shows of the last answer, next to its text. */
export interface Answer {
  phase: 'none' | 'waiting' | 'ok' | 'errors';
  milliseconds: number;
  errors: number;
  /** How often each store was asked, from `extensions.stores`. */
  stores: Record<string, number>;
  pictures: Picture[];
}

const nothing: Answer = { phase: 'none', milliseconds: 0, errors: 0, stores: {}, pictures: [] };

export const useAnswer = create<Answer>(() => nothing);

/** Follows one request: `part` takes each part of its answer, `end` closes it; a newer request silences both. */
export function follow(): { part(result: unknown): void; end(failed?: boolean): void } {
  const started = performance.now();
  const answer: Answer = { ...nothing, phase: 'waiting' };
  latest = answer;
  delete document.body.dataset.result;
  performance.clearResourceTimings();
  useAnswer.setState(answer);

  const show = (phase: Answer['phase']) => {
    if (latest !== answer) return;
    answer.phase = phase;
    answer.milliseconds = elapsed(started);
    useAnswer.setState({ ...answer });
    if (phase === 'ok' || phase === 'errors') announce(answer, phase);
  };
  return {
    part(result) {
      const pieces: any[] = Array.isArray(result) ? result : [result];
      for (const piece of pieces) read(piece, answer);
      show(pieces.some((piece) => piece?.hasNext) ? 'waiting' : answer.errors > 0 ? 'errors' : 'ok');
    },
    end(failed = false) {
      if (failed) answer.errors += 1;
      show(answer.errors > 0 ? 'errors' : 'ok');
    },
  };
}

let latest = nothing;

/**
 * The browser's own record of the request knows when its last byte came, however busy the page was then; where there is
 * none (a socket, or an answer that goes on) the page's clock has to do.
 */
function elapsed(started: number): number {
  const records = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const record = records.findLast((r) => r.startTime >= started && new URL(r.name).pathname === '/graphql');
  return record && record.responseEnd > 0 ? record.responseEnd - (record.requestStart || record.startTime) : performance.now() - started;
}

/** Tests wait for `body[data-result]`, which is set once the answer has been painted. */
function announce(answer: Answer, result: 'ok' | 'errors'): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (latest === answer) document.body.dataset.result = result;
    }),
  );
}

function read(piece: any, answer: Answer): void {
  answer.errors += piece?.errors?.length ?? 0;
  answer.stores = { ...answer.stores, ...piece?.extensions?.stores };
  const found = [...answer.pictures, ...pictures([piece?.data, piece?.items])];
  answer.pictures = [...new Map(found.map((picture) => [picture.url, picture])).values()];
  for (const later of piece?.incremental ?? []) read(later, answer);
}

/** Every drawn picture below a value, with the nearest name above it. */
function* pictures(value: unknown, caption = '', avatar = false): Generator<Picture> {
  if (Array.isArray(value)) {
    for (const item of value) yield* pictures(item, caption, avatar);
  } else if (value !== null && typeof value === 'object') {
    const fields = value as Record<string, unknown>;
    const own = [fields.displayName, fields.title, fields.name, fields.body].find((t) => typeof t === 'string');
    if (typeof fields.url === 'string' && isOwnDrawing(fields.url)) yield { url: fields.url, caption, avatar };
    for (const [name, field] of Object.entries(fields)) yield* pictures(field, own ?? caption, name === 'avatar');
  }
}

/** Pictures of other hosts are left out: the page's policy would not load them. */
function isOwnDrawing(url: string): boolean {
  const { origin, pathname } = new URL(url, location.href);
  return origin === location.origin && pathname.endsWith('.svg');
}
