/** The DICOM header of the case's image: every element as text, searched by typing. Nothing of it is kept after it is closed. */
import { useEffect, useRef, useState } from 'react';
import { RequestError, getJson } from '../api/request';
import type { DicomHeaderDocument, DicomHeaderRow } from '../api/schema';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { countText, foundRows, remarkOf } from './header_rows';

const DEEPEST_STEP = 12; // deeper ones stand below each other

type Loaded = DicomHeaderDocument | { readonly problem: string } | null;

function useHeader(image: string): Loaded {
  const [loaded, setLoaded] = useState<Loaded>(null);
  useEffect(() => {
    const stop = new AbortController();
    getJson<DicomHeaderDocument>(`/api/images/${image}/dicom-header/`, stop.signal).then(setLoaded, (error: unknown) => {
      if (stop.signal.aborted) return;
      setLoaded({ problem: error instanceof RequestError ? error.text : 'The header cannot be read.' });
    });
    return () => stop.abort();
  }, [image]);
  return loaded;
}

function Row({ row }: { readonly row: DicomHeaderRow }) {
  const remark = remarkOf(row);
  return (
    <tr data-testid="header-row" data-private={row.is_private || undefined}>
      <th scope="row" className="num" style={{ paddingLeft: 12 * Math.min(row.depth, DEEPEST_STEP) }}>
        {row.tag}
      </th>
      <td className={row.is_private ? 'muted' : undefined}>{row.name}</td>
      <td className="muted">{row.vr}</td>
      <td className="value">
        <bdi>{row.value}</bdi>
        {remark && <span className="muted"> {remark}</span>}
      </td>
    </tr>
  );
}

function Rows({ header, search }: { readonly header: DicomHeaderDocument; readonly search: string }) {
  const shown = foundRows(header.rows, search);
  return (
    <>
      <p className="muted small" role="status" data-testid="header-count">
        {countText(shown, header.rows)}
      </p>
      {header.stopped && (
        <p className="stop small" data-testid="header-stopped">
          {header.stopped}
        </p>
      )}
      {/* Reached by Tab, so that arrows scroll it. */}
      <div className="header-rows" role="region" aria-label="Elements of the header" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Tag</th>
              <th scope="col">Name</th>
              <th scope="col">VR</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <Row key={index} row={row} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Sheet({ image, onClose }: { readonly image: string; readonly onClose: () => void }) {
  const loaded = useHeader(image);
  const [search, setSearch] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    field.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside className="header-sheet" aria-label="DICOM header" data-testid="header-sheet">
      <div className="row">
        <h2 className="grow">DICOM header</h2>
        <button type="button" onClick={onClose}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <input
        ref={field}
        type="search"
        aria-label="Search tag, name, VR or value"
        placeholder="tag, name or value"
        autoComplete="off"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          if (search) setSearch('');
          else onClose();
        }}
      />
      {loaded === null && <p className="muted small">Reading the header…</p>}
      {loaded && 'problem' in loaded && (
        <p className="stop" role="alert" data-testid="header-problem">
          {loaded.problem}
        </p>
      )}
      {loaded && 'rows' in loaded && <Rows header={loaded} search={search} />}
    </aside>
  );
}

export function HeaderSheet() {
  const session = useSession();
  const { isHeaderOpen } = useStore(session.panel);
  if (!isHeaderOpen) return null;
  return <Sheet image={session.boot.image.id} onClose={() => session.panel.set({ isHeaderOpen: false })} />;
}
