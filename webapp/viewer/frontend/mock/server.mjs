// Development server without Django: the built viewer behind the real content security policy, with made-up data.
//   npm run build && npm run dev:mock        then open http://127.0.0.1:8100/images/chest/
// POST /mock/outage {"status": 503} makes every following POST of an answer fail so; {"status": 0} ends that.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { SCENARIOS, boot, header, mapShape, maps, pixelsOf, prediction, scheme } from './documents.mjs';

const PORT = Number(process.env.PORT ?? 8100);
const STATIC = new URL('../../static/viewer/', import.meta.url);
const CSP =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = { js: 'text/javascript', css: 'text/css' };

const reviews = new Map();
const asked = new Map();
let outage = 0;

const send = (response, status, type, body, more = {}) => {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Security-Policy': CSP,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...more,
  });
  response.end(body);
};
const json = (response, status, body) => send(response, status, 'application/json', JSON.stringify(body));

async function page(response, scenario) {
  const manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', STATIC), 'utf8'));
  const entry = manifest['src/reading.tsx'];
  const at = SCENARIOS.indexOf(scenario);
  const styles = entry.css.map((file) => `<link rel="stylesheet" href="/static/viewer/${file}">`).join('');
  send(
    response,
    200,
    'text/html; charset=utf-8',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Reading · Sightline</title>${styles}<script type="module" src="/static/viewer/${entry.file}"></script></head>
<body><div id="reading-root" data-image="${scenario}" data-next="${SCENARIOS[at + 1] ?? ''}" data-previous="${SCENARIOS[at - 1] ?? ''}" data-position="${at + 1}" data-count="${SCENARIOS.length}">Loading… Research use only</div>
<script type="application/json" id="reading-boot">${JSON.stringify(boot(scenario))}</script></body></html>`,
  );
}

function predictions(scenario) {
  if (scenario === 'none') return [];
  if (scenario === 'failed') return [prediction(scenario, 'failed')];
  if (scenario !== 'queued') return [prediction(scenario, 'succeeded')];
  asked.set(scenario, (asked.get(scenario) ?? 0) + 1);
  const times = asked.get(scenario);
  return [prediction(scenario, times < 3 ? 'queued' : times < 5 ? 'running' : 'succeeded')];
}

async function review(request, response, scenario) {
  let text = '';
  for await (const part of request) text += part;
  if (outage) return json(response, outage, { code: 'outage', text: `made-up outage ${outage}` });
  const body = JSON.parse(text);
  const list = reviews.get(scenario) ?? [];
  const known = list.find((item) => item.idempotency_key === body.idempotency_key);
  const saved = known ?? {
    confidence: null,
    failure: null,
    note: '',
    replaces: null,
    ...body,
    id: randomUUID(),
    reader: 'radiologist',
    created_at: new Date().toISOString(),
  };
  if (!known) reviews.set(scenario, [saved, ...list]);
  json(response, known ? 200 : 201, saved);
}

async function api(request, response, url) {
  const [, , collection, id, action, kind] = url.pathname.split('/');
  if (collection === 'failure-scheme') return json(response, 200, scheme);
  if (collection === 'predictions' && action === 'maps') {
    return send(response, 200, 'application/octet-stream', maps(id.replace('p-', ''), kind), {
      'X-Map-Shape': mapShape,
    });
  }
  if (action === 'header') return json(response, 200, header(id));
  if (action === 'frame')
    return send(response, 200, 'application/octet-stream', pixelsOf(id, url.searchParams.get('voi') ?? 'linear').bytes);
  if (action === 'predictions' && id === 'embargo') {
    return json(response, 403, {
      code: 'embargo',
      text: 'This case belongs to an open reader study: no model output until 2026-12-01.',
    });
  }
  if (action === 'predictions') return json(response, 200, { results: predictions(id) });
  if (action === 'reviews' && request.method === 'POST') return review(request, response, id);
  if (action === 'reviews') return json(response, 200, { reviews: reviews.get(id) ?? [] });
  return json(response, 404, { code: 'unknown', text: `no such address: ${url.pathname}` });
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://mock');
  const [, first, second] = url.pathname.split('/');
  try {
    if (first === 'images' && SCENARIOS.includes(second)) return await page(response, second);
    if (first === 'api') return await api(request, response, url);
    if (first === 'mock') {
      let text = '';
      for await (const part of request) text += part;
      outage = JSON.parse(text).status;
      return json(response, 200, { outage });
    }
    if (first === 'static') {
      const file = url.pathname.replace('/static/viewer/', '');
      return send(
        response,
        200,
        TYPES[file.split('.').at(-1)] ?? 'application/octet-stream',
        await readFile(new URL(file, STATIC)),
      );
    }
    send(response, 404, 'text/plain', 'not here');
  } catch (error) {
    send(response, 500, 'text/plain', String(error));
  }
}).listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/images/chest/`));
