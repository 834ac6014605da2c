/**
 * Where measurements lie: IndexedDB, beside the drafts, one row each, so that two tabs do not overwrite each other. Ids, points and
 * what the reader wrote, never a name or date of the patient.
 */
import { browserTable } from '../state/browser_table';
import type { Measurement } from './measurement';

export interface Owner {
  readonly reader: string;
  readonly image: string;
}

export type KeptMeasurement = Owner & Measurement;

/** All three reject when the browser does not do it: storage full, refused, taken away. */
export interface MeasurementStorage {
  of(owner: Owner): Promise<Measurement[]>;
  put(kept: KeptMeasurement): Promise<void>;
  remove(owner: Owner, id: string): Promise<void>;
}

const asked = browserTable('sightline-measurements', 'measurements', ['reader', 'image', 'id']);

export const browserMeasurements: MeasurementStorage = {
  of: ({ reader, image }) =>
    asked('readonly', (table) => table.getAll(IDBKeyRange.bound([reader, image], [reader, image, []])) as IDBRequest<KeptMeasurement[]>),
  put: async (kept) => void (await asked('readwrite', (table) => table.put(kept))),
  remove: async ({ reader, image }, id) => void (await asked('readwrite', (table) => table.delete([reader, image, id]))),
};
