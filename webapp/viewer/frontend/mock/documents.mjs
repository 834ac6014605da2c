// Documents of the mock server, by scenario; the page is /images/<scenario>/.
import { RECTANGLE, frame } from './frames.mjs';

export const SCENARIOS = [
  'chest',
  'uncertain',
  'lut',
  'rectangle',
  'anisotropic',
  'queued',
  'failed',
  'none',
  'refused',
  'embargo',
];
const BUNDLE = '9f3a52d08c11b7e64a2f90d3c5b8a1e7f6d4c3b2a1908f7e6d5c4b3a291807c1';

const isSmall = (scenario) => scenario === 'rectangle' || scenario === 'anisotropic';
export const sizeOf = (scenario) => (isSmall(scenario) ? { columns: 160, rows: 120 } : { columns: 2048, rows: 2500 });
export const pixelsOf = (scenario, voi) =>
  frame(isSmall(scenario) ? 'rectangle' : 'chest', sizeOf(scenario).columns, sizeOf(scenario).rows, voi !== 'linear');

export function boot(scenario) {
  const { columns, rows } = sizeOf(scenario);
  const base = `/api/images/${scenario}`;
  return {
    image: {
      id: scenario,
      sop_instance_uid: '1.2.3',
      code: 'C0147',
      patient: { name: 'DOE^JANE', id: '004-221', birth_date: '19630412', sex: 'F', age: '063Y', age_problem: '' },
      study_date: '2026-11-18',
      accession: '88213',
      view: 'PA',
      modality: 'DX',
      laterality: '',
      warnings: [],
      rows,
      columns,
      look_first_project: '',
    },
    sitting: 'mock',
    answer_first: null,
    user: { username: 'radiologist', role: 'radiologist', look_first: false, keys: { version: 1, keys: {}, buttons: { middle: 'pan', right: 'zoom', wheel: 'zoom', window_gain: 'usual' } } },
    hanging: { view: 'frontal', beside: 'prior', preset: '', is_linked: true, remarks: [] },
    hanging_ahead: {},
    urls: {
      header: `${base}/header/`,
      frame: `${base}/frame/`,
      predictions: `${base}/predictions/`,
      reviews: `${base}/reviews/`,
      scheme: '/api/failure-scheme/',
      worklist: '/',
      events: '/events/',
      site_proposals: `${base}/site-proposals/`,
    },
    csrf: 'mock',
  };
}

export function header(scenario) {
  const { columns, rows } = sizeOf(scenario);
  const hasLut = scenario === 'lut';
  const preset = (key, name, lower, upper) => ({ key, name, lower, upper, frame: 'linear' });
  const first = hasLut
    ? { key: 1, name: 'As acquired', lower: 0, upper: 65535, frame: '0' }
    : preset(1, 'As acquired', 0, 4095);
  return {
    rows,
    columns,
    bytes: rows * columns * 2,
    sha256: pixelsOf(scenario, 'linear').sha256,
    sample_min: 0,
    sample_max: 4095,
    padded: false,
    value: { slope: 1, intercept: 0, unit: '' },
    inverted: false,
    voi: hasLut
      ? [
          {
            index: 0,
            kind: 'lut',
            function: null,
            explanation: 'NORMAL',
            center: null,
            width: null,
            lower: 0,
            upper: 65535,
            frame: '0',
            linear_lower: 100,
            linear_upper: 3900,
          },
        ]
      : [
          {
            index: 0,
            kind: 'window',
            function: 'LINEAR',
            explanation: 'NORMAL',
            center: 2048,
            width: 4096,
            lower: 0,
            upper: 4095,
            frame: 'linear',
          },
        ],
    presets: [
      first,
      preset(2, 'Auto', 80, 3600),
      preset(3, 'Lungs', 60, 2000),
      preset(4, 'Mediastinum', 1400, 3900),
      preset(5, 'Bone / lines', 1900, 4090),
      preset(6, 'Full range', 0, 4095),
    ],
    opening: 0,
    spacing:
      scenario === 'rectangle'
        ? { column_mm: null, row_mm: null, kind: 'uncalibrated', source: null, factor: null }
        : scenario === 'anisotropic'
          ? { column_mm: 0.1, row_mm: 0.2, kind: 'calibrated', source: 'PixelSpacing', factor: null }
          : { column_mm: 0.148, row_mm: 0.148, kind: 'detector plane', source: 'ImagerPixelSpacing', factor: null },
    quality: hasLut
      ? { lossy_source: true, method: 'JPEG', ratio: 9.7, warnings: ['bad_window'] }
      : { lossy_source: false, method: null, ratio: null, warnings: [] },
    view: 'PA',
    laterality: '',
    orientation: 'L\\F',
    placement: {
      turn: { transposed: false, flips_columns: false, flips_rows: false },
      right: 'L',
      down: 'F',
      side_not_stated: false,
    },
  };
}

const point = (threshold, sensitivity, specificity) => ({
  threshold,
  sensitivity: { value: sensitivity, ci: [0.8, 0.9], n: 60 },
  specificity: { value: specificity, ci: [0.75, 0.86], n: 90 },
});

function findings(scenario) {
  const { columns, rows } = sizeOf(scenario);
  const lesion = isSmall(scenario)
    ? RECTANGLE
    : { x: 0.26 * columns, y: 0.55 * rows, w: 0.14 * columns, h: 0.14 * rows };
  const box = (rule, map, grow, score) => ({
    x: lesion.x - grow,
    y: lesion.y - grow,
    w: lesion.w + 2 * grow,
    h: lesion.h + 2 * grow,
    rule,
    map,
    score,
  });
  const boxes = isSmall(scenario)
    ? [box('component', 'gradcam', 0, 0.9)]
    : [
        box('component', 'gradcam', 0, 0.9),
        box('component', 'classmaps', 40, 0.8),
        box('mass95', 'gradcam', 90, null),
        box('classmap-fixed', 'classmaps', 60, null),
      ];
  const list = [
    {
      key: 'lung_opacity',
      title: 'Lung opacity',
      probability: 0.81,
      interval: [0.7, 0.88],
      operating_point: point(0.42, 0.86, 0.81),
      decision: 'positive',
      reason: null,
      boxes,
    },
    {
      key: 'pleural_effusion',
      title: 'Pleural effusion',
      probability: 0.12,
      interval: [0.07, 0.19],
      operating_point: point(0.35, 0.82, 0.9),
      decision: 'negative',
      reason: null,
      boxes: [],
    },
    {
      key: 'cardiomegaly',
      title: 'Cardiomegaly',
      probability: 0.44,
      interval: [0.3, 0.6],
      operating_point: point(0.4, 0.8, 0.8),
      decision: 'uncertain',
      reason: 'both answers stay possible at 90 % coverage',
      boxes: [],
    },
  ];
  if (scenario !== 'refused') return list;
  return list.map((f) => ({
    ...f,
    probability: null,
    interval: null,
    decision: 'refused',
    reason: 'not asked: the gate refused this image',
    boxes: [],
  }));
}

const MAP = { height: 20, width: 16 };

// Scores of one finding: a bump at the lesion of the drawn chest, or exactly one cell for registration.
function scores(scenario, kind, finding) {
  const values = new Float32Array(MAP.width * MAP.height);
  if (finding === 'pleural_effusion') return values;
  for (let j = 0; j < MAP.height; j++) {
    for (let i = 0; i < MAP.width; i++) {
      const x = (i + 0.5) / MAP.width;
      const y = (j + 0.5) / MAP.height;
      const width = kind === 'gradcam' ? 0.09 : 0.06;
      values[j * MAP.width + i] = isSmall(scenario)
        ? Number(i === 7 && j === 8)
        : 3 * Math.exp(-(((x - 0.33) / width) ** 2) - ((y - 0.62) / width) ** 2) - (kind === 'classmaps' ? 0.2 : 0);
    }
  }
  return values;
}

export function maps(scenario, kind) {
  return Buffer.concat(findings(scenario).map((f) => Buffer.from(scores(scenario, kind, f.key).buffer)));
}
export const mapShape = `3,${MAP.height},${MAP.width}`;

function mapDocument(scenario, kind) {
  const { columns, rows } = sizeOf(scenario);
  const keys = findings(scenario).map((f) => f.key);
  const highest = keys.map((key) => Math.max(...scores(scenario, kind, key)));
  return {
    kind,
    head: kind === 'gradcam' ? 'gap-mlp' : 'wildcat',
    method: kind === 'gradcam' ? 'Grad-CAM' : 'WILDCAT class map',
    findings: keys,
    ...MAP,
    // A letterbox: the model's field is taller than the image.
    region: isSmall(scenario) ? [0, -40, 160, 160] : [0, 0, columns, rows],
    scale: 'relative',
    minimum: keys.map(() => 0),
    maximum: highest,
    threshold: keys.map(() => 0.5),
    is_zero: highest.map((h) => h <= 0),
    evidence: keys.map(() =>
      kind === 'gradcam' ? { metric: 'pointing', value: 0.61, ci: [0.5, 0.72], chance: 0.14, n: 80 } : null,
    ),
  };
}

export function prediction(scenario, state) {
  const isDone = state === 'succeeded';
  return {
    id: `p-${scenario}`,
    state,
    bundle: BUNDLE,
    bundle_name: 'demo-cxr',
    bundle_version: '1.2.0',
    provider: 'CPUExecutionProvider',
    created_at: new Date().toISOString(),
    error:
      state === 'failed'
        ? { code: 'decoder_error', text: 'the pixels could not be decoded: codestream ends early' }
        : null,
    gate: !isDone
      ? null
      : scenario === 'refused'
        ? {
            verdict: 'refused',
            checks: [
              { name: 'view', value: 'LL', allowed: ['PA', 'AP'], passed: false, text: 'view LL is not one of PA, AP' },
            ],
          }
        : { verdict: 'pass', checks: [] },
    maps: isDone ? [mapDocument(scenario, 'gradcam'), mapDocument(scenario, 'classmaps')] : [],
    findings: isDone ? findings(scenario) : [],
  };
}

const choices = (text) => text.split(',').map((pair) => ({ code: pair.split('=')[0], title: pair.split('=')[1] }));

export const scheme = {
  version: 1,
  outcomes: choices('FP=false positive,FN_IMG=missed,FN_LOC=wrong place'),
  sites: choices(
    'HIL=hilum,CLA=clavicle over apex,APX=apex,UZ=upper zone,MZ=middle zone,LZ=lower zone,RCD=retrocardiac,RDP=behind diaphragm,CPA=costophrenic angle,CFA=cardiophrenic fat,CAR=heart border,MED=mediastinum,PLE=pleura,RIB=rib,SCA=scapula,SPN=spine,SFT=soft tissue,DEV=device or line,EXT=outside thorax,IMG=edge or marker,DIF=diffuse',
  ),
  lateralities: choices('R=right,L=left,B=both,M=midline,U=not stated'),
  causes: choices(
    'NRM=normal density,OVL=overlap,ROT=rotation,INS=poor inspiration,EXP=exposure,PAP=portable AP,DVC=device or tube,NIP=nipple,SKF=skin fold,SCR=scar,ATL=atelectasis,ART=marker or text,UNK=unknown',
  ),
  severities: [0, 1, 2, 3].map((value) => ({
    value,
    title: ['none', 'no change', 'delay or extra test', 'likely harm'][value],
  })),
  terms_version: 1,
  terms: [
    { code: 'pneumothorax', title: 'Pneumothorax', keys: ['pneumothorax'], scheme: null, value: null, needs_note: false },
    { code: 'rib_fracture', title: 'Rib fracture', keys: ['rib_fracture'], scheme: null, value: null, needs_note: false },
    { code: 'other', title: 'Another finding, named in the note', keys: [], scheme: null, value: null, needs_note: true },
  ],
  first_rows: [
    { verdict: 'false_positive', outcome: 'FP', site: 'HIL', cause: 'NRM' },
    { verdict: 'false_positive', outcome: 'FP', site: 'CLA', cause: 'NRM' },
    { verdict: 'wrong_place', outcome: 'FN_LOC', site: 'HIL', cause: 'NRM' },
    { verdict: 'wrong_place', outcome: 'FN_LOC', site: 'CLA', cause: 'NRM' },
  ],
};
