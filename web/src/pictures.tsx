import { useAnswer } from './answer';

const shown = 40;

/** The pictures that the last answer names, in its order; nothing when there are none. */
export function Pictures() {
  const pictures = useAnswer((a) => a.pictures);
  if (pictures.length === 0) return null;
  return (
    <ul className="mg-pictures" aria-label="Pictures in the answer" tabIndex={0}>
      {pictures.slice(0, shown).map(({ url, caption, avatar }) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noreferrer" title={caption}>
            <img src={url} alt={caption} className={avatar ? 'mg-avatar' : undefined} />
          </a>
        </li>
      ))}
      {pictures.length > shown && <li className="mg-more">+{pictures.length - shown}</li>}
    </ul>
  );
}
