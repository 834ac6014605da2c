import { beforeEach, describe, expect, it } from 'vitest';
import { UndoStack } from './undo_stack';

let done: string[];
let stack: UndoStack;
const step = (name: string, isAgain = true, isOver = false) => ({
  undo: () => void done.push(`-${name}`),
  redo: isAgain ? () => void done.push(`+${name}`) : null,
  isOver: () => isOver,
});

beforeEach(() => {
  done = [];
  stack = new UndoStack();
});

describe('undo', () => {
  it('takes back what was done last, whoever did it, and redo does it again', () => {
    stack.push(step('line'));
    stack.push(step('answer', false));
    stack.push(step('angle'));
    expect([stack.undo(), stack.undo(), stack.undo(), stack.undo()]).toEqual([true, true, true, false]);
    expect([stack.redo(), stack.redo(), stack.redo()]).toEqual([true, true, false]);
    expect(done).toEqual(['-angle', '-answer', '-line', '+line', '+angle']);
    stack.undo();
    expect(done.at(-1)).toBe('-angle');
  });

  it('forgets what could be done again once something else is done', () => {
    stack.push(step('line'));
    stack.undo();
    stack.push(step('angle'));
    expect(stack.redo()).toBe(false);
  });

  it('passes by what can no longer be taken back', () => {
    stack.push(step('line'));
    stack.push(step('look', false, true));
    expect(stack.undo()).toBe(true);
    expect(done).toEqual(['-line']);
  });

  it('reaches a hundred steps back', () => {
    for (let n = 0; n < 105; n += 1) stack.push(step(String(n)));
    while (stack.undo());
    expect([done.length, done.at(-1), stack.isCut]).toEqual([100, '-5', true]);
  });

  it('keeps a step that is refused for now', () => {
    let isRefused = true;
    stack.push(step('line'));
    stack.push({ undo: () => !isRefused && void done.push('-look'), redo: () => void done.push('+look') });
    expect([stack.undo(), stack.redo(), done]).toEqual([true, false, []]);
    isRefused = false;
    stack.undo();
    stack.undo();
    expect(done).toEqual(['-look', '-line']);
  });
});
