import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FirstLookDocument } from '../api/schema';
import { RequestError, getJson, postJson } from '../api/request';
import { takeOwnKeys } from '../keys/own_keys';
import { FirstLook } from './first_look';
import type { LookDraft, LookDrafts } from './look_draft';

vi.mock('../api/request', async (original) => ({ ...(await original<object>()), getJson: vi.fn(), postJson: vi.fn() }));

const ASKED = [
  { key: 'lung_opacity', title: 'Lung opacity' },
  { key: 'pleural_effusion', title: 'Pleural effusion' },
];
const DOCUMENT: FirstLookDocument = {
  state: 'waiting',
  url: '/look/',
  show_url: '/show/',
  findings: ASKED,
  reasons: [{ code: 'urgent', title: 'It is urgent' }],
  looks: [],
};
const BOX = { x: 1, y: 2, w: 30, h: 40 };

function memoryDrafts(kept: LookDraft | null = null): LookDrafts & { kept: LookDraft | null } {
  return {
    kept,
    read() {
      return this.kept;
    },
    keep(draft) {
      this.kept = draft;
      return true;
    },
    drop() {
      this.kept = null;
    },
  };
}

function lookWith(drafts = memoryDrafts(), document = DOCUMENT) {
  const said: string[] = [];
  const placed: unknown[] = [];
  const opened: string[] = [];
  const changes: string[] = [];
  const view = { get: () => ({ tool: 'window' }) };
  const picture = { isCovered: false, isWhole: true };
  const controller = {
    view,
    placeDraftBox: (box: unknown) => void placed.push(box),
    chooseTool: () => undefined,
    panBy: () => undefined,
  };
  const options = {
    document,
    reader: 'rose',
    size: { columns: 100, rows: 200 },
    csrf: 'c',
    controller,
    announce: (text: string) => void said.push(text),
    isImageMissing: (isWhole: boolean) => picture.isCovered || (isWhole && !picture.isWhole),
    onDraw: () => undefined,
    onChange: () => void changes.push('changed'),
    onOpen: () => Promise.resolve(`opened ${opened.push('open')}`),
  };
  const look = new FirstLook(options as unknown as ConstructorParameters<typeof FirstLook>[0], drafts);
  return { look, said, placed, opened, drafts, picture, changes };
}

describe('FirstLook', () => {
  const post = vi.mocked(postJson);
  const get = vi.mocked(getJson);
  beforeEach(() => {
    post.mockReset();
    get.mockReset();
  });

  it('chooses nothing by itself and leads from one open finding to the next', () => {
    const { look, said } = lookWith();
    expect(look.state.get().answers).toEqual({});
    expect(look.state.get().selected).toBe('lung_opacity');
    look.say('lung_opacity', 'absent');
    expect(look.state.get().selected).toBe('pleural_effusion');
    look.say('pleural_effusion', 'present');
    expect(look.state.get().selected).toBe('pleural_effusion'); // a box may follow
    expect(said.at(-1)).toContain('Enter locks your answers');
  });

  it('sends nothing while a finding is open', async () => {
    const { look, said } = lookWith();
    look.say('lung_opacity', 'absent');
    await look.lock();
    expect(post).not.toHaveBeenCalled();
    expect(said.at(-1)).toBe('still open: Pleural effusion');
  });

  it('takes and locks nothing while another image covers the case', async () => {
    const { look, picture } = lookWith();
    look.say('lung_opacity', 'present');
    look.say('pleural_effusion', 'absent');
    picture.isCovered = true;
    const before = look.state.get().answers;
    look.select('lung_opacity');
    look.putBox(BOX);
    look.say('lung_opacity', 'absent');
    await look.lock();
    expect([look.state.get().answers, post.mock.calls.length]).toEqual([before, 0]);
    post.mockResolvedValueOnce({ ...DOCUMENT, state: 'answered' });
    picture.isCovered = false;
    await look.lock();
    expect([post.mock.calls.length, look.isWaiting()]).toEqual([1, false]);
  });

  it('may be answered on a preview, and is locked on the whole image', async () => {
    const { look, picture } = lookWith();
    picture.isWhole = false;
    look.sayRestAbsent();
    await look.lock();
    expect([look.openWords(), post.mock.calls.length]).toEqual(['Enter locks your answers', 0]);
  });

  it('says the rest absent and keeps what was said', () => {
    const { look } = lookWith();
    look.say('pleural_effusion', 'cannot_judge');
    look.sayRestAbsent();
    const { answers } = look.state.get();
    expect([answers.lung_opacity?.says, answers.pleural_effusion?.says]).toEqual(['absent', 'cannot_judge']);
  });

  it('keeps a box only where the finding is present', () => {
    const { look, placed } = lookWith();
    look.setBox(BOX);
    expect(look.selected()).toBeNull();
    expect(placed.at(-1)).toBeNull();
    look.say('lung_opacity', 'present');
    look.setBox(BOX);
    expect(look.selected()?.box).toEqual(BOX);
    look.say('lung_opacity', 'absent');
    expect(look.state.get().answers.lung_opacity?.box).toBeNull();
  });

  it('opens with the receipt, once, and drops the draft', async () => {
    const { look, opened, drafts } = lookWith();
    look.sayRestAbsent();
    look.setConfidence(4);
    let answer: (document: FirstLookDocument) => void = () => undefined;
    post.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const first = look.lock();
    void look.lock(); // Enter twice
    expect([look.isWaiting(), opened.length]).toEqual([true, 0]);
    answer({ ...DOCUMENT, state: 'answered', findings: [] });
    await first;
    expect([look.isWaiting(), opened.length, post.mock.calls.length, drafts.kept]).toEqual([false, 1, 1, null]);
    expect(post.mock.calls[0]?.[1]).toMatchObject({
      answers: [
        { finding: 'lung_opacity', says: 'absent', confidence: 4 },
        { finding: 'pleural_effusion', says: 'absent' },
      ],
      reader: 'rose',
    });
  });

  it('takes its changes back, one after the other, in answers, draft and picture', () => {
    const { look, placed, drafts, said, changes } = lookWith();
    look.say('lung_opacity', 'present');
    look.putBox(BOX);
    look.putBox(null);
    look.undo();
    expect(changes).toHaveLength(3); // each is taken back, and taking back is none
    expect([look.selected()?.box, placed.at(-1), drafts.kept?.answers.lung_opacity?.box]).toEqual([BOX, BOX, BOX]);
    look.undo();
    expect([look.selected()?.box, placed.at(-1)]).toEqual([null, null]);
    look.undo();
    expect(look.state.get().answers).toEqual({});
    look.undo();
    expect(said.at(-1)).toBe('nothing of this look was changed on this page');
  });

  it('keeps the last change where the picture is covered', () => {
    const { look, picture } = lookWith();
    look.say('lung_opacity', 'present');
    picture.isCovered = true;
    expect([look.undo(), look.state.get().answers.lung_opacity?.says]).toEqual([false, 'present']);
    picture.isCovered = false;
    expect([look.undo(), look.state.get().answers]).toEqual([true, {}]);
  });

  it('names the keys that the person has', () => {
    takeOwnKeys({ box: ['shift+b'] }, [{ id: 'box', combinations: ['b'], shown: 'B', group: '', action: '' }]);
    const { look, said } = lookWith();
    look.say('lung_opacity', 'present');
    look.drawBox();
    takeOwnKeys({}, []);
    expect(said.at(-1)).toContain('draw a box; ⇧B again places');
  });

  it('keeps no confidence where it can be neither seen nor removed', () => {
    const { look } = lookWith();
    look.say('lung_opacity', 'present');
    look.setConfidence(4);
    look.say('lung_opacity', 'absent');
    expect(look.state.get().answers.lung_opacity?.confidence).toBe(4);
    look.say('lung_opacity', 'cannot_judge');
    expect(look.state.get().answers.lung_opacity?.confidence).toBeNull();
  });

  it('changes nothing while the answers are on their way', async () => {
    const { look, said, placed } = lookWith();
    look.say('lung_opacity', 'present');
    look.putBox(BOX);
    look.say('pleural_effusion', 'absent');
    look.select('lung_opacity');
    const before = look.state.get().answers;
    let answer: (document: FirstLookDocument) => void = () => undefined;
    post.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const sent = look.lock();
    look.say('lung_opacity', 'absent');
    look.setConfidence(2);
    look.putBox(null);
    expect(look.state.get().answers).toEqual(before);
    expect([said.at(-1), placed.at(-1)]).toEqual(['your answers are being sent: nothing is changed', BOX]);
    answer({ ...DOCUMENT, state: 'answered', findings: [] });
    await sent;
  });

  it('keeps the answers and the key of the delivery while the server cannot be reached', async () => {
    const { look, opened, drafts } = lookWith();
    look.sayRestAbsent();
    post.mockRejectedValueOnce(new RequestError(0, 'offline', 'the server cannot be reached'));
    await look.lock();
    expect(look.state.get().problem).toBe('the server cannot be reached: your answers are kept, Enter tries again');
    expect([look.isWaiting(), opened.length]).toEqual([true, 0]);
    const again = lookWith(memoryDrafts(drafts.kept)).look; // the page was reloaded
    expect(again.state.get().answers).toEqual(look.state.get().answers);
    post.mockResolvedValueOnce({ ...DOCUMENT, state: 'answered' });
    await again.lock();
    const keys = post.mock.calls.map(([, body]) => (body as { idempotency_key: string }).idempotency_key);
    expect(keys[0]).toBe(keys[1]);
  });

  it.each(['already_locked', 'not_asked'])('opens with what the server holds when the look is over: %s', async (code) => {
    const { look, opened, said, drafts } = lookWith();
    look.sayRestAbsent();
    post.mockRejectedValueOnce(new RequestError(409, code, 'At 09:12 you answered in another tab'));
    get.mockResolvedValueOnce({ ...DOCUMENT, state: 'answered', findings: [] });
    await look.lock();
    expect([look.state.get().document.state, opened.length, drafts.kept]).toEqual(['answered', 1, null]);
    expect(said.at(-1)).toBe('At 09:12 you answered in another tab');
    const offline = lookWith().look;
    offline.sayRestAbsent();
    post.mockRejectedValueOnce(new RequestError(409, code, 'over'));
    get.mockRejectedValueOnce(new RequestError(0, 'offline', 'the server cannot be reached'));
    await offline.lock();
    expect(offline.isWaiting()).toBe(false);
  });

  it('asks again whether it waits and stays where nothing has changed', async () => {
    const { look, opened } = lookWith();
    get.mockRejectedValueOnce(new RequestError(0, 'offline', 'the server cannot be reached'));
    await look.askAgain();
    get.mockResolvedValueOnce(DOCUMENT);
    await look.askAgain();
    expect([look.isWaiting(), opened]).toEqual([true, []]);
    get.mockResolvedValueOnce({ ...DOCUMENT, state: 'open', findings: [] });
    await look.askAgain();
    expect([look.isWaiting(), opened]).toEqual([false, ['open']]);
  });

  it('asks for the model with a reason and without an answer', async () => {
    const { look, opened, said } = lookWith();
    post.mockRejectedValueOnce(new RequestError(0, 'offline', 'the server cannot be reached'));
    await look.showModel('urgent');
    expect(look.state.get().problem).toBe('the server cannot be reached: choose the reason again to see the model');
    said.length = post.mock.calls.length = 0;
    post.mockResolvedValueOnce({ ...DOCUMENT, state: 'shown' });
    await look.showModel('urgent');
    expect(said).toEqual(['it is recorded that you asked for the model', 'it is recorded that you asked for the model; opened 1']);
    expect(post.mock.calls[0]?.[0]).toBe('/show/');
    expect(post.mock.calls[0]?.[1]).toMatchObject({ reason: 'urgent' });
    expect(opened).toEqual(['open']);
  });

  it('leaves out what a draft says of a finding that is not asked any more', () => {
    const kept = { answers: { nodule: { says: 'absent', confidence: null, box: null } }, key: 'k' } as LookDraft;
    expect(lookWith(memoryDrafts(kept)).look.state.get().answers).toEqual({});
  });

  it('asks nothing of a case that is not drawn', async () => {
    const { look } = lookWith(memoryDrafts(), { ...DOCUMENT, state: 'not_drawn', findings: [] });
    await look.lock();
    expect([look.isWaiting(), post.mock.calls.length]).toEqual([false, 0]);
  });
});
