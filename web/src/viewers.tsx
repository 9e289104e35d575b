import { useState, type FormEvent, type ReactNode } from 'react';
import { claims, signIn, useSession } from './session';

/** Chooses as whom the gateway is asked: a demo member, nobody, or whoever a pasted token names. */
export function Viewers() {
  const { members, viewer } = useSession();
  const [pasting, setPasting] = useState(members.length === 0);
  return (
    <div className="mg-viewers">
      <fieldset className="mg-chips">
        <legend>Signed in as</legend>
        {members.map(({ memberId, displayName, tier, tierName }) => (
          <Chip
            key={memberId}
            chosen={viewer.kind === 'member' && viewer.memberId === memberId}
            onChoose={() => signIn({ kind: 'member', memberId })}
            title={`Member ${memberId}, ${tier}`}
          >
            <i aria-hidden="true">{Array.from(displayName)[0]}</i>
            {tierName || tier} · {displayName}
          </Chip>
        ))}
        {viewer.kind === 'token' && (
          <Chip chosen onChoose={() => {}} title="A pasted token">
            <i aria-hidden="true">#</i>
            {claims(viewer.token).sub ?? 'pasted token'}
          </Chip>
        )}
        <Chip chosen={viewer.kind === 'nobody'} onChoose={() => signIn({ kind: 'nobody' })} title="Ask without a token">
          Signed out
        </Chip>
      </fieldset>
      {members.length > 0 && (
        <button
          type="button"
          className="mg-control mg-quiet"
          aria-expanded={pasting}
          title="Paste a token"
          onClick={() => setPasting(!pasting)}
        >
          Token…
        </button>
      )}
      {pasting && <PasteToken onDone={() => setPasting(members.length === 0)} focus={members.length > 0} />}
    </div>
  );
}

interface ChipProps {
  chosen: boolean;
  title: string;
  onChoose(): void;
  children: ReactNode;
}

function Chip({ chosen, title, onChoose, children }: ChipProps) {
  return (
    <label className="mg-chip" title={title}>
      <input type="radio" name="viewer" checked={chosen} onChange={onChoose} />
      <span>{children}</span>
    </label>
  );
}

function PasteToken({ onDone, focus }: { onDone(): void; focus: boolean }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem('token') as HTMLInputElement;
    const token = field.value.trim().replace(/^Bearer\s+/i, '');
    if (token) signIn({ kind: 'token', token });
    field.value = '';
    onDone();
  };
  return (
    <form className="mg-paste" onSubmit={submit}>
      <input
        name="token"
        className="mg-control"
        aria-label="Token"
        placeholder="Paste a token"
        autoComplete="off"
        spellCheck={false}
        autoFocus={focus}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <button type="submit" className="mg-control">
        Use
      </button>
    </form>
  );
}
