/** The own measurements in the panel: value and unit, chosen and removed without a pointer. */
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import type { Measurement } from './measurement';
import { kindRow } from './measurement';
import { doubt, valueWords } from './measurement_words';
import { measuringOf } from './measuring_of_case';

export function MeasurementRows() {
  const session = useSession();
  const desk = measuringOf(session);
  const { items, problem } = useStore(desk.state);
  if (items.length === 0) return null;
  return (
    <section aria-label="Measurements">
      <h2>Measurements</h2>
      {problem && (
        <p className="stop" role="alert">
          {problem}
        </p>
      )}
      <ul className="answers" data-testid="measurement-rows">
        {items.map((item) => (
          <Row key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Row({ item }: { readonly item: Measurement }) {
  const desk = measuringOf(useSession());
  const { selected, pixel } = useStore(desk.state);
  const { title } = kindRow(item.kind);
  const isSelected = selected?.id === item.id;
  const doubtful = pixel && doubt(item, pixel);
  return (
    <li className={isSelected ? 'measurement-row on' : 'measurement-row'} data-testid={`measurement-${item.kind}`}>
      <div className="row">
        <button type="button" className="plain grow" aria-pressed={isSelected} onClick={() => desk.select(isSelected ? null : { id: item.id, handle: null })}>
          <span className="reader">{title}</span> <span className="num">{pixel && valueWords(item, pixel)}</span>
        </button>
        <button type="button" className="plain" aria-label={`remove ${title.toLowerCase()}`} onClick={() => desk.remove(item.id)}>
          remove
        </button>
      </div>
      {doubtful && <div className="stop">{doubtful}</div>}
    </li>
  );
}
