// @ts-check
/** The worklist: keys, filters that act at once, and a list that stays true while it is looked at. */
import './auto_submit.js';
import { choose, listenToKeys, rememberedCase, rowOf } from './list_keys.js';
import { beginAtPlace } from './list_return.js';
import { listen } from './live.js';

const SETTLE_MS = 400; // a batch of uploads changes many cases at once: fetch the list once

/** Fetches the list as the server draws it and puts it in the old one's place. */
async function refresh() {
  const answer = await fetch(window.location.href, { headers: { 'X-Sightline-Part': 'list', 'X-Background': '1' } });
  if (answer.redirected || !answer.ok) return;
  // The server's own escaped page, parsed without running anything: the same trust as navigating to it.
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#worklist-list');
  const old = document.querySelector('#worklist-list');
  if (!fresh || !old) return;
  const before = new Map([...old.querySelectorAll('tr[data-image]')].map((row) => [row.getAttribute('data-image'), wording(row)]));
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(document.adoptNode(fresh));
  showCounts();
  const chosen = rowOf(rememberedCase());
  if (chosen) choose(chosen, { focus: hadFocus });
  for (const row of fresh.querySelectorAll('tr[data-image]')) {
    row.classList.toggle('fresh', before.get(row.getAttribute('data-image')) !== wording(row));
  }
}

/** A row without its age, which changes by itself. @param {Element} row */
const wording = (row) => [...row.children].slice(0, -1).map((cell) => cell.textContent).join('|');

function showCounts() {
  const template = document.querySelector('#fresh-counts');
  const counts = template instanceof HTMLTemplateElement ? template.content.querySelector('ul') : null;
  if (counts) document.querySelector('#worklist-counts')?.replaceWith(counts);
}

let timer = 0;
export function refreshSoon() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => refresh().catch(() => {}), SETTLE_MS);
}

listenToKeys();
const cursor = document.querySelector('#worklist-list')?.getAttribute('data-cursor') ?? '';
listen(cursor, refreshSoon);
beginAtPlace();
