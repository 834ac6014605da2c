/** The banner of an image that is not the case: what it is, how old, whether it moves along, and what else there is. */
import { actionOf, keyOf } from '../keys/key_table';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { captionOf, dateOf, factsOf, isOfStudy, titleOf } from './prior_words';

const OF_ONE_ROW = 4; // dates beside each other in the narrowest picture that has another beside it

export function PriorCaption() {
  const { priors } = useSession().page;
  const { chosen, isLinked, link, waitsFor } = useStore(priors.state);
  if (!chosen) return null;
  return (
    <div className="prior-caption" data-testid="prior-caption">
      <strong>{titleOf(chosen)}</strong>
      <span className="prior-facts" title={captionOf(chosen)}>
        {factsOf(chosen)}
      </span>
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
          {isLinked ? link || (waitsFor ? `linking: ${waitsFor}` : 'linking…') : 'not linked'} <span aria-hidden="true">{keyOf('prior-link')}</span>
        </button>
      )}
    </div>
  );
}

/** All images to compare with, the latest first: a row of its own below the banner, two where one does not hold them. */
export function PriorStrip() {
  const { priors } = useSession().page;
  const { list, chosen } = useStore(priors.state);
  const images = [...(list?.priors ?? []), ...(list?.companions ?? [])];
  if (!chosen || images.length < 2) return null;
  const isLong = images.length > OF_ONE_ROW;
  return (
    <div className="prior-strip" role="group" aria-label="images to compare with" data-testid="prior-strip" data-long={isLong ? '' : undefined}>
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
    </div>
  );
}
