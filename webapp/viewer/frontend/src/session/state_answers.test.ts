import { afterEach, describe, expect, it } from 'vitest';
import { KEY_TABLE } from '../keys/key_table';
import { takeOwnKeys } from '../keys/own_keys';
import { emptyForm } from '../reviews/failure_form';
import type { DraftMark } from '../reviews/draft_storage';
import type { FailureForm } from '../reviews/failure_form';
import type { ReadingSession } from './reading_session';
import type { Answer } from './reviews_state';
import { agreeAndDisagree, agreeOrDisagree, chooseTerm, mayGiveAgain, openMark, undecided } from './state_answers';

const rib = { id: 'r1', bundle: 'b', finding: '', term: 'rib_fracture', verdict: 'missed_other', note: '7th rib' } as Answer;

/** A session with one mark on a rib fracture, and a form of what the model has no finding for. */
function session(form: FailureForm) {
  const said: string[] = [];
  let open = form;
  const made = {
    panel: { get: () => ({ form: open }), set: (change: { form: FailureForm }) => void (open = change.form) },
    desk: {
      own: (_finding: string, _bundle: string, term: string) => (term === rib.term ? rib : null),
      standing: (id: string | null | undefined) => (id === rib.id ? rib : null),
    },
    drafts: { find: () => null },
    sheet: { showForm: () => undefined },
    controller: { placeDraftBox: () => undefined },
    shown: () => ({ bundle: 'b' }),
    isImageMissing: (isWhole = true) => isWhole, // as while a preview is shown
    changeForm: (change: Partial<FailureForm>) => void (open = { ...open, ...change, isChanged: true }),
    announce: (text: string) => void said.push(text),
  };
  return { session: made as unknown as ReadingSession, form: () => open, said };
}

describe('choosing a term', () => {
  it('that is marked already opens that mark, and says so', () => {
    const { session: page, form, said } = session(emptyForm('b', '', 'missed_other'));
    chooseTerm(page, 'rib_fracture');
    expect(form()).toMatchObject({ term: 'rib_fracture', note: '7th rib', replaces: 'r1', isChanged: false });
    expect(said).toEqual(['rib fracture is marked already: your mark is open, to change it']);
  });

  it('otherwise changes the form: another term, one that a note names, and the own one while it is changed', () => {
    for (const term of ['nodule', 'other']) {
      const { session: page, form, said } = session(emptyForm('b', '', 'missed_other'));
      chooseTerm(page, term);
      expect(form()).toMatchObject({ term, isChanged: true });
      expect(said).toEqual([]);
    }
    const { session: page, form } = session({ ...emptyForm('b', '', 'missed_other'), term: 'nodule', note: 'x', replaces: 'r1' });
    chooseTerm(page, 'rib_fracture');
    expect(form()).toMatchObject({ term: 'rib_fracture', note: 'x' });
  });
});

describe('Y and X', () => {
  const told = (isUnseen: boolean, selected: { key: string } | null): string[] => {
    const done: string[] = [];
    const page = {
      isAiUnseen: () => isUnseen,
      selected: () => selected,
      announce: (text: string) => void done.push(text),
      agree: (key: string) => void done.push(`agree ${key}`),
      disagree: () => void done.push('disagree'),
    } as unknown as ReadingSession;
    agreeOrDisagree(page, 'agree');
    agreeOrDisagree(page, 'disagree');
    return done;
  };

  it('answer the chosen finding, say that there is none yet, and nothing beside a hidden model', () => {
    const none = 'no result of the model is here that could be answered';
    expect(told(false, { key: 'opacity' })).toEqual(['agree opacity', 'disagree']);
    expect(told(false, null)).toEqual([none, none]);
    expect(told(true, { key: 'opacity' })).toEqual([]);
  });
});

describe('the keys that a sentence names', () => {
  afterEach(() => takeOwnKeys({}, KEY_TABLE));

  it('are those of the person, and buttons where there is none', () => {
    expect(undecided()).toBe('the model is undecided here: ⇧Y it is there, ⇧X it is not, ⇧U cannot say');
    expect(agreeAndDisagree()).toBe('Y and X');
    takeOwnKeys({ present: ['shift+g'], absent: [], 'cannot-say': ['j'], agree: ['u'], disagree: [] }, KEY_TABLE);
    expect(undecided()).toBe('the model is undecided here: ⇧G it is there, the button “Not there”, J cannot say');
    expect(agreeAndDisagree()).toBe('U and a button');
  });
});

describe('a kept mark', () => {
  it('is there again before its picture is whole', () => {
    const kept = { ...emptyForm('b', '', 'missed_other'), term: 'nodule', note: 'left apex' };
    const { session: page, form } = session(emptyForm('b', 'opacity', 'false_positive'));
    openMark(page, { id: 'd', bundle: 'b', form: kept, keptAt: 1 } as unknown as DraftMark);
    expect(form()).toMatchObject({ term: 'nodule', note: 'left apex' });
  });
});

describe('an answer of an earlier version', () => {
  const findings = [{ key: 'effusion', decision: 'refused' }, { key: 'opacity', decision: 'positive' }];
  const page = { shown: () => ({ bundle: 'b' }), findings: () => findings } as unknown as ReadingSession;
  const agreed = (finding: string, bundle = 'b'): Answer => ({ ...rib, finding, bundle, term: null, verdict: 'agree' });

  it('is not given again where the model, as it is shown, made no call', () => {
    expect(mayGiveAgain(page, agreed('effusion'))).toBe(false);
    expect(mayGiveAgain(page, agreed('opacity'))).toBe(true);
    expect(mayGiveAgain(page, agreed('effusion', 'another'))).toBe(true);
    expect(mayGiveAgain(page, rib)).toBe(true);
  });
});
