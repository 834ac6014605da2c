/** The own measurements in the panel: value and unit, chosen, written and removed without a pointer. */
import { useEffect, useRef, useState } from 'react';
import { PixelInput } from '../panel/PixelInput';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import type { Measurement } from './measurement';
import { inSentence, kindRow } from './measurement';
import { doubt, valueWords } from './measurement_words';
import { measuringOf } from './measuring_of_case';
import { calibrationLine, statedLength } from './calibration';
import { valueAt } from './pixel_values';
import { AXIS_NAMES } from './typed_place';

const AXES = ['x', 'y'] as const;

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
  const { selected, items, values } = useStore(desk.state);
  const pixel = desk.pixel();
  const { title } = kindRow(item.kind);
  const isSelected = selected?.id === item.id;
  const isUnused = item.kind === 'calibration' && item.mm !== undefined && calibrationLine(items)?.id !== item.id;
  const doubtful = pixel && doubt(item, pixel);
  return (
    <li className={isSelected ? 'measurement-row on' : 'measurement-row'} data-testid={`measurement-${item.kind}`}>
      <div className="row">
        <button type="button" className="plain grow" aria-pressed={isSelected} onClick={() => desk.select(isSelected ? null : { id: item.id, handle: null })}>
          <span className="reader">{title}</span> <span className="num">{pixel && valueWords(item, pixel, valueAt(values))}</span>
        </button>
        <button type="button" className="plain" aria-label={`remove ${inSentence(title)}`} onClick={() => desk.remove(item.id)}>
          remove
        </button>
      </div>
      {isSelected && <Points item={item} />}
      {isSelected && item.kind === 'note' && <NoteText item={item} />}
      {isSelected && item.kind === 'calibration' && <TrueLength item={item} />}
      {isUnused && <div className="faint">not used: a newer line counts</div>}
      {doubtful && <div className="stop">{doubtful}</div>}
    </li>
  );
}

function Points({ item }: { readonly item: Measurement }) {
  const desk = measuringOf(useSession());
  return (
    <div className="box-table" data-testid="measurement-points">
      <table>
        <thead>
          <tr>
            <th scope="col">Pixels of the image</th>
            <th scope="col">x</th>
            <th scope="col">y</th>
          </tr>
        </thead>
        <tbody>
          {item.points.map((place, handle) => (
            <tr key={handle}>
              <th scope="row">point {handle + 1}</th>
              {AXES.map((axis) => (
                <td key={axis} className="num">
                  <PixelInput
                    value={place[axis]}
                    label={`point ${handle + 1} of the ${inSentence(kindRow(item.kind).title)}, pixels ${AXIS_NAMES[axis]}`}
                    testId={`point-${handle + 1}-${axis}`}
                    onTyped={(typed) => desk.place(item.id, handle, axis, typed)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The field of what is to be written now gets the keyboard; Enter and Escape give it back. */
function useWriting(id: string): Pick<React.ComponentProps<'input'>, 'ref' | 'onKeyDown'> {
  const desk = measuringOf(useSession());
  const { writing } = useStore(desk.state);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (writing !== id) return;
    field.current?.focus();
    desk.state.set({ writing: null });
  }, [desk, writing, id]);
  const onKeyDown = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
  };
  return { ref: field, onKeyDown };
}

const LONGEST_NOTE = 200;

function NoteText({ item }: { readonly item: Measurement }) {
  const desk = measuringOf(useSession());
  return (
    <input
      {...useWriting(item.id)}
      type="text"
      aria-label="text of the note"
      placeholder="what is there; stays on this machine"
      maxLength={LONGEST_NOTE}
      value={item.text ?? ''}
      data-testid="note-text"
      onChange={(event) => desk.write(item.id, { text: event.target.value })}
    />
  );
}

function TrueLength({ item }: { readonly item: Measurement }) {
  const desk = measuringOf(useSession());
  const [text, setText] = useState(item.mm === undefined ? '' : String(item.mm));
  const mm = statedLength(text);
  const isOfText = (typeof mm === 'number' ? mm : undefined) === item.mm;
  const shown = isOfText ? text : String(item.mm ?? ''); // taken back meanwhile
  const change = (written: string): void => {
    setText(written);
    const length = statedLength(written);
    desk.write(item.id, { mm: typeof length === 'number' ? length : undefined });
  };
  return (
    <>
      <input
        {...useWriting(item.id)}
        type="text"
        inputMode="decimal"
        aria-label="true length of the line, mm"
        placeholder="true length, mm"
        value={shown}
        data-testid="true-length"
        onChange={(event) => change(event.target.value)}
      />
      {shown.trim() !== '' && typeof mm === 'string' && isOfText && <div className="stop">{mm}</div>}
    </>
  );
}
