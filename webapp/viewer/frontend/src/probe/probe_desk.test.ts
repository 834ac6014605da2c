import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProbeDocument } from '../api/schema';
import { imagePoint } from '../geometry/pixels';
import { ProbeDesk } from './probe_desk';

const RESULT = { provider: 'CPU', before: { probability: 0.8, interval: null, decision: 'positive', reason: null }, erased: [] };

function asked(state: string, more: Partial<ProbeDocument> = {}): ProbeDocument {
  return {
    id: 'q', image: 'i', prediction: 'p', bundle: 'b', finding: 'f', state, waiting_for: '', error: null, areas: [],
    result: state === 'succeeded' ? RESULT : null, ...more,
  } as ProbeDocument; // prettier-ignore
}

const answer = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const CHOICES = { structures: [], problem: null, fillings: [], most_areas: 31 };

describe('the questions of a case', () => {
  const said: string[] = [];
  const fetched = vi.fn<typeof fetch>();
  let desk: ProbeDesk;

  beforeEach(() => {
    vi.stubGlobal('fetch', fetched);
    vi.stubGlobal('document', { cookie: '' });
    vi.useFakeTimers();
    said.length = 0;
    fetched.mockReset();
    desk = new ProbeDesk('/api/images/i/probes/', 'c', { columns: 1000, rows: 800 }, (text) => said.push(text));
    fetched.mockResolvedValueOnce(answer(CHOICES));
    desk.toggle('f');
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('follows a question until it is answered', async () => {
    fetched.mockResolvedValueOnce(answer(asked('queued'), 201)).mockResolvedValueOnce(answer(asked('running')));
    fetched.mockResolvedValueOnce(answer(asked('succeeded')));
    const done = desk.ask('p', [{ structure: 'heart' }]);
    await vi.advanceTimersByTimeAsync(1);
    expect(desk.state.get().asked[0]?.result).toBeNull();
    await vi.advanceTimersByTimeAsync(1000);
    await done;
    expect(desk.state.get().asked.map(({ result }) => result)).toEqual([RESULT]);
    expect(said.at(-1)).toBe('the model was asked again: see the panel');
  });

  it('says why the server refused, and keeps what was erased', async () => {
    desk.beginStroke(imagePoint(10, 10));
    fetched.mockResolvedValueOnce(answer({ code: 'area_whole', field: 'areas', text: 'too much' }, 400));
    await desk.askErased('p');
    expect(desk.state.get().problem).toBe('too much');
    expect(desk.state.get().strokes).toHaveLength(1);
    expect(desk.state.get().isSending).toBe(false);
  });

  it('survives a connection that breaks while the worker computes', async () => {
    fetched.mockResolvedValueOnce(answer(asked('queued'), 201)).mockRejectedValueOnce(new TypeError('down'));
    fetched.mockResolvedValueOnce(answer({}, 502)).mockResolvedValueOnce(answer(asked('succeeded')));
    const done = desk.ask('p', [{ structure: 'heart' }]);
    await vi.advanceTimersByTimeAsync(2000);
    await done;
    expect(desk.state.get().asked[0]?.result).toEqual(RESULT);
    expect(desk.state.get().problem).toBe('');
  });

  it.each([
    [403, 'your answer first'],
    [404, 'kept for a day'],
  ])('ends a question that the server refuses with %i, and says so in its place', async (status, text) => {
    fetched.mockResolvedValueOnce(answer(asked('queued'), 201)).mockResolvedValueOnce(answer({ code: 'c', text }, status));
    const done = desk.ask('p', [{ structure: 'heart' }]);
    await vi.advanceTimersByTimeAsync(5000);
    await done;
    expect(fetched).toHaveBeenCalledTimes(3);
    expect(desk.state.get().asked[0]?.error?.text).toBe(text);
  });

  it('says of a cancelled question that it was cancelled', async () => {
    fetched.mockResolvedValueOnce(answer(asked('queued'), 201)).mockResolvedValueOnce(answer(asked('cancelled')));
    const done = desk.ask('p', [{ structure: 'heart' }]);
    await vi.advanceTimersByTimeAsync(500);
    await done;
    expect(desk.state.get().asked[0]?.error?.text).toContain('cancelled');
    expect(said.at(-1)).toContain('cancelled');
  });

  it('lets no third question be sent because the first is answered while the second is on its way', async () => {
    fetched.mockResolvedValueOnce(answer(asked('queued'), 201));
    const first = desk.ask('p', [{ structure: 'heart' }]);
    await vi.advanceTimersByTimeAsync(1);
    expect(desk.state.get().isSending).toBe(false);
    let arrive: (value: Response) => void = () => undefined;
    fetched.mockReset();
    fetched.mockReturnValueOnce(new Promise((resolve) => (arrive = resolve))).mockImplementation(() => Promise.resolve(answer(asked('succeeded'))));
    const second = desk.ask('p', [{ structure: 'corners' }]);
    await vi.advanceTimersByTimeAsync(500);
    await first;
    expect(desk.state.get().isSending).toBe(true);
    arrive(answer(asked('succeeded', { id: 'r' }), 201));
    await second;
    expect(desk.state.get().isSending).toBe(false);
  });

  it('says what a failed job says', async () => {
    const error = { code: 'model_replaced', text: 'The model was replaced.' };
    fetched.mockResolvedValueOnce(answer(asked('queued'), 201)).mockResolvedValueOnce(answer(asked('failed', { error })));
    const done = desk.ask('p', [{ structure: 'heart' }]);
    await vi.advanceTimersByTimeAsync(500);
    await done;
    expect(said.at(-1)).toBe('The model was replaced.');
  });

  it('gives up on a question that no worker takes', async () => {
    fetched.mockResolvedValueOnce(answer(asked('queued'), 201)).mockImplementation(() => Promise.resolve(answer(asked('queued'))));
    const done = desk.ask('p', [{ structure: 'heart' }]);
    await vi.advanceTimersByTimeAsync(130_000);
    await done;
    expect(desk.state.get().asked[0]?.error?.text).toContain('no worker has answered the question');
  });

  it('asks nothing without a stroke', async () => {
    await desk.askErased('p');
    expect(desk.state.get().problem).toContain('nothing is erased yet');
    expect(fetched).toHaveBeenCalledTimes(1); // the choices
  });

  it('leaves out points that add nothing, and stops at what the server takes', () => {
    desk.choose('small'); // 15 pixels
    desk.beginStroke(imagePoint(0, 0));
    desk.extendStroke(imagePoint(5, 0));
    expect(desk.state.get().strokes[0]?.points).toHaveLength(1);
    for (let x = 10; x < 9000; x += 10) desk.extendStroke(imagePoint(x, 0));
    expect(desk.state.get().strokes[0]?.points).toHaveLength(400);
    expect(desk.state.get().problem).toContain('more than 400 points');
    desk.beginStroke(imagePoint(0, 50));
    expect(desk.state.get().strokes).toHaveLength(1);
    desk.clear();
    expect(desk.state.get()).toMatchObject({ strokes: [], problem: '' });
  });

  it('forgets what is erased when another finding is opened', () => {
    desk.erase(true);
    desk.beginStroke(imagePoint(0, 0));
    desk.toggle('other');
    expect(desk.state.get()).toMatchObject({ finding: 'other', isErasing: false, strokes: [] });
  });
});
