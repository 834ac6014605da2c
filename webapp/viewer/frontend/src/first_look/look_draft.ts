/**
 * What is answered and not locked yet, kept in the browser: a reload, a crash, a sign-out lose nothing. Codes and boxes of one reader on
 * one image, under ids; gone with the lock.
 */
import type { LookAnswers } from './look_answers';

export interface LookDraft {
  readonly answers: LookAnswers;
  /** Key of the delivery: sent again after a broken line it locks nothing twice. */
  readonly key: string;
}

export interface LookDrafts {
  read(): LookDraft | null;
  /** Whether the browser took it. */
  keep(draft: LookDraft): boolean;
  drop(): void;
}

export function browserLookDrafts(reader: string, image: string): LookDrafts {
  const name = `sightline-first-look/${reader}/${image}`;
  return {
    read() {
      try {
        const kept = JSON.parse(localStorage.getItem(name) ?? 'null') as LookDraft | null;
        return kept?.answers && kept.key ? kept : null;
      } catch {
        return null;
      }
    },
    keep(draft) {
      try {
        localStorage.setItem(name, JSON.stringify(draft));
        return true;
      } catch {
        return false;
      }
    },
    drop() {
      try {
        localStorage.removeItem(name);
      } catch {
        // what could not be kept is not there
      }
    },
  };
}
