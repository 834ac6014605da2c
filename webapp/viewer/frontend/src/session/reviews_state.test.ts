import { describe, expect, it } from 'vitest';
import type { QueuedReview } from '../reviews/outbox_storage';
import type { SavedAnswer } from './reviews_state';
import { allAnswers, currentAnswers, ownAnswer } from './reviews_state';

const saved = (id: string, minute: number, reader: string, replaces: string | null = null): SavedAnswer => ({
  id,
  bundle: 'b',
  finding: 'effusion',
  verdict: 'agree',
  confidence: null,
  failure: null,
  note: '',
  replaces,
  created_at: `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000Z`,
  reader,
});

const waiting = (key: string, minute: number, replaces: string | null): QueuedReview =>
  ({
    key,
    reader: 'me',
    queuedAt: Date.UTC(2026, 10, 20, 10, minute),
    replacesKey: null,
    refusal: null,
    body: { ...saved(key, minute, 'me', replaces), idempotency_key: key },
  }) as unknown as QueuedReview;

describe('answers to an image', () => {
  it('come newest first, with those still waiting', () => {
    const answers = allAnswers([saved('a', 1, 'me'), saved('b', 3, 'you')], [waiting('k', 2, null)], 'me');
    expect(answers.map((a) => [a.id, a.isWaiting, a.isMine])).toEqual([
      ['b', false, false],
      ['k', true, true],
      ['a', false, true],
    ]);
  });

  it('are current until a later one replaces them, sent or not', () => {
    const answers = allAnswers([saved('a', 1, 'me'), saved('b', 2, 'me', 'a')], [waiting('k', 3, 'b')], 'me');
    expect(currentAnswers(answers).map((a) => a.id)).toEqual(['k']);
    expect(ownAnswer(answers, 'effusion', 'b')?.id).toBe('k');
  });

  it('are gone with all their corrections once they are taken back, sent or not', () => {
    const withdrawal = { ...saved('w', 3, 'me', 'b'), verdict: 'withdrawn' as const };
    const rows = [saved('a', 1, 'me'), saved('b', 2, 'me', 'a'), saved('c', 2, 'you')];
    expect(allAnswers([...rows, withdrawal], [], 'me').map((a) => a.id)).toEqual(['c']);
    const unsent = { ...waiting('k', 3, 'b'), body: { ...withdrawal, idempotency_key: 'k' } } as QueuedReview;
    expect(allAnswers(rows, [unsent], 'me').map((a) => a.id)).toEqual(['c']);
    const again = allAnswers([...rows, withdrawal, saved('d', 4, 'me', 'w')], [], 'me');
    expect(ownAnswer(again, 'effusion', 'b')?.id).toBe('d');
  });

  it('to another model are other answers', () => {
    const other = { ...saved('o', 5, 'me'), bundle: 'newer' };
    const answers = allAnswers([saved('a', 1, 'me'), other], [], 'me');
    expect(ownAnswer(answers, 'effusion', 'b')?.id).toBe('a');
    expect(ownAnswer(answers, 'effusion', 'newer')?.id).toBe('o');
  });

  it('on two terms stand side by side, each with its own corrections', () => {
    const mark = (id: string, minute: number, term: string, replaces: string | null = null): SavedAnswer =>
      ({ ...saved(id, minute, 'me', replaces), finding: '', term, verdict: 'missed_other' });
    const answers = allAnswers([mark('a', 1, 'mass'), mark('b', 2, 'cavity'), mark('c', 3, 'mass', 'a')], [], 'me');
    expect(ownAnswer(answers, '', 'b', 'mass')?.id).toBe('c');
    expect(ownAnswer(answers, '', 'b', 'cavity')?.id).toBe('b');
    expect(ownAnswer(answers, '', 'b')).toBeNull();
  });

  it("of another reader are never one's own", () => {
    expect(ownAnswer(allAnswers([saved('a', 1, 'you')], [], 'me'), 'effusion', 'b')).toBeNull();
  });
});
