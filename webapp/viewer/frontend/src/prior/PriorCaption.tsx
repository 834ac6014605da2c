/** The banner of an image that is not the case: what it is, how old, whether it moves along, and what else there is. */
import { actionOf, keyOf } from '../keys/key_table';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { captionOf, dateOf, factsOf, isOfStudy, titleOf } from './prior_words';

export function PriorCaption() {
  const { priors } = useSession().page;
  const { chosen, isLinked, link } = useStore(priors.state);
  if (!chosen) return null;
  return (
    <div className="prior-caption" data-testid="prior-caption">
      <strong>{titleOf(chosen)}</strong>
      <span className="prior-facts" title={captionOf(chosen)}>
        {factsOf(chosen)}
      </span>
      <Strip />
      {isOfStudy(chosen) ? (
        <span>not linked</span>
      ) : (
        <button
          type="button"
          className={isLinked ? 'on' : ''}
          aria-pressed={isLinked}
          title={actionOf('prior-link')}
          data-testid="prior-link"
          onClick={() => priors.toggleLink()}
        >
          {isLinked ? link || 'linking…' : 'not linked'} <span aria-hidden="true">{keyOf('prior-link')}</span>
        </button>
      )}
    </div>
  );
}

/** Further images to compare with, the latest first. */
function Strip() {
  const { priors } = useSession().page;
  const { list, chosen } = useStore(priors.state);
  const images = [...(list?.priors ?? []), ...(list?.companions ?? [])];
  if (images.length < 2) return null;
  return (
    <span className="prior-strip" role="group" aria-label="images to compare with" data-testid="prior-strip">
      {images.map((image) => (
        <button
          key={image.id}
          type="button"
          className={image.id === chosen?.id ? 'on' : ''}
          aria-pressed={image.id === chosen?.id}
          title={`${titleOf(image)}: ${captionOf(image)}`}
          onClick={() => void priors.choose(image)}
        >
          {isOfStudy(image) ? image.kind : (image.study_date ?? dateOf(image))}
        </button>
      ))}
      {list && list.further > 0 && <span className="num">and {list.further} more</span>}
    </span>
  );
}
