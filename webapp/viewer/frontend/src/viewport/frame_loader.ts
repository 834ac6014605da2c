/**
 * Image loader of the scheme `sightline:<id>:<frame>`: lossless uint16 frames of our own server as Cornerstone images.
 *
 * The browser never parses DICOM; the header document says everything the viewer needs. Cornerstone's metadata
 * providers are synchronous, so the header is fetched and kept before the stack is set; the pixels start in parallel.
 */
import { Enums, cache, imageLoader, metaData, utilities } from '@cornerstonejs/core';
import type { Types } from '@cornerstonejs/core';
import type { HeaderDocument } from '../api/documents';
import type { BytesRequest } from '../api/request';
import { getBytes } from '../api/request';
import { pixelSize } from '../geometry/pixel_size';

export const SCHEME = 'sightline';
const PROVIDER_PRIORITY = 10000;

export interface FrameSource {
  readonly id: string;
  readonly header: HeaderDocument;
  /** Begins to fetch a frame by its name: `linear` or the index of a VOI item. */
  readonly start: (frame: string) => void;
  /** Called when the SHA-256 of a loaded frame is known; `announced` is the one the server sent with it (ETag). */
  readonly onHash: (frame: string, sha256: string, announced: string | null) => void;
}

const sources = new Map<string, FrameSource>();
const started = new Map<string, Promise<Download>>();
/** Frames that Cornerstone's cache was given. */
const kept = new Set<string>();
/** Of frames that are smaller than the image. */
const shapes = new Map<string, FrameShape>();

export const imageIdOf = (id: string, frame: string): string => `${SCHEME}:${id}:${frame}`;

function parts(imageId: string): { id: string; frame: string } {
  const [, id = '', frame = 'linear'] = imageId.split(':');
  return { id, frame };
}

/** How much of a frame has come, bytes. */
export interface Bytes {
  readonly received: number;
  readonly total: number;
}

/** The frame of at most 512 pixels a side that is shown while the whole one is on its way. */
export const PREVIEW_FRAME = 'preview';

interface FrameShape {
  readonly rows: number;
  readonly columns: number;
}

interface Download {
  readonly bytes: ArrayBuffer;
  readonly shape: FrameShape | null;
  readonly announced: string | null;
}

async function download(path: string, request: BytesRequest): Promise<Download> {
  const { bytes, headers } = await getBytes(path, request);
  const shape = /^(\d+),(\d+)$/.exec(headers.get('X-Frame-Shape') ?? '');
  return {
    bytes,
    shape: shape && { rows: Number(shape[1]), columns: Number(shape[2]) },
    announced: /[0-9a-f]{64}/.exec(headers.get('ETag') ?? '')?.[0] ?? null,
  };
}

/** Begins the pixel request, before the header is there if need be; the loader picks the answer up. Nothing when it has begun. */
export function startFrame(imageId: string, path: string, request: BytesRequest): void {
  if (started.has(imageId) || cache.getImageLoadObject(imageId)) return;
  const pending = download(path, request);
  pending.catch(() => undefined); // reported by the loader, which awaits the same promise
  started.set(imageId, pending);
}

export function addSource(source: FrameSource): void {
  sources.set(source.id, source);
}

/** Forgets the image: its header, what is on its way, and the pixels that Cornerstone keeps. */
export function removeSource(id: string): void {
  sources.delete(id);
  const ofImage = (imageId: string): boolean => imageId.startsWith(`${SCHEME}:${id}:`);
  for (const imageId of [...started.keys()].filter(ofImage)) started.delete(imageId);
  for (const imageId of [...kept].filter(ofImage)) {
    kept.delete(imageId);
    shapes.delete(imageId);
    if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId, { force: true });
  }
}

function sourceOf(imageId: string): FrameSource {
  const source = sources.get(parts(imageId).id);
  if (!source) throw new Error(`image ${imageId} has no header: call addSource first`);
  return source;
}

async function sha256Of(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Rows and columns of a frame: those of the image, but for the preview. */
export function frameShape(imageId: string, header: HeaderDocument): FrameShape {
  return shapes.get(imageId) ?? header;
}

const rowsAndColumns = ({ rows, columns }: FrameShape): FrameShape => ({ rows, columns });

/** Where a frame lies: its outer edges are those of the image, whatever its number of pixels. mm, or px without calibration. */
function placed(imageId: string, header: HeaderDocument): { column: number; row: number; origin: [number, number, number] } {
  const whole = pixelSize(header.spacing);
  const { rows, columns } = frameShape(imageId, header);
  const column = (whole.column * header.columns) / columns;
  const row = (whole.row * header.rows) / rows;
  return { column, row, origin: [(column - whole.column) / 2, (row - whole.row) / 2, 0] };
}

function cornerstoneImage(imageId: string, header: HeaderDocument, samples: Uint16Array): Types.IImage {
  const { rows, columns } = frameShape(imageId, header);
  const spacing = placed(imageId, header);
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width: columns,
    height: rows,
    numberOfComponents: 1,
    scalarData: samples,
    id: imageId,
  });
  const image = {
    imageId,
    voxelManager,
    getPixelData: () => samples,
    rows,
    columns,
    height: rows,
    width: columns,
    minPixelValue: header.sample_min,
    maxPixelValue: header.sample_max,
    // Cornerstone does not apply these to the samples, windows would be shifted: always 1 and 0.
    slope: 1,
    intercept: 0,
    windowCenter: (header.sample_min + header.sample_max) / 2,
    windowWidth: Math.max(1, header.sample_max - header.sample_min),
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    color: false,
    rgba: false,
    numberOfComponents: 1,
    columnPixelSpacing: spacing.column,
    rowPixelSpacing: spacing.row,
    invert: false,
    photometricInterpretation: 'MONOCHROME2',
    sizeInBytes: samples.byteLength,
    dataType: 'Uint16Array' as const,
    getCanvas: (): HTMLCanvasElement => {
      throw new Error('sightline images are drawn by WebGL only');
    },
  };
  return image;
}

async function loadImage(imageId: string): Promise<Types.IImage> {
  const { frame } = parts(imageId);
  const source = sourceOf(imageId);
  source.start(frame);
  const pending = started.get(imageId);
  if (!pending) throw new Error(`frame ${frame} was not asked for`);
  const { bytes, shape, announced } = await pending.finally(() => started.delete(imageId));
  if (frame === PREVIEW_FRAME && shape) shapes.set(imageId, shape);
  const { rows, columns } = frameShape(imageId, source.header);
  const wanted = rows * columns * 2;
  if (bytes.byteLength !== wanted) {
    throw new Error(`frame ${frame} has ${bytes.byteLength} bytes, its header says ${wanted}`);
  }
  void sha256Of(bytes).then((sha256) => source.onHash(frame, sha256, announced));
  return cornerstoneImage(imageId, source.header, new Uint16Array(bytes));
}

function load(imageId: string): Types.IImageLoadObject {
  return { promise: loadImage(imageId) };
}

function imagePlane(imageId: string, header: HeaderDocument): Record<string, unknown> {
  const spacing = placed(imageId, header);
  return {
    frameOfReferenceUID: parts(imageId).id,
    ...rowsAndColumns(frameShape(imageId, header)),
    imageOrientationPatient: [1, 0, 0, 0, 1, 0],
    rowCosines: [1, 0, 0],
    columnCosines: [0, 1, 0],
    imagePositionPatient: spacing.origin,
    pixelSpacing: [spacing.row, spacing.column],
    rowPixelSpacing: spacing.row,
    columnPixelSpacing: spacing.column,
    sliceThickness: 1,
    sliceLocation: 0,
  };
}

function metadataOf(type: string, imageId: unknown): unknown {
  if (typeof imageId !== 'string' || !imageId.startsWith(`${SCHEME}:`)) return undefined;
  const { id } = parts(imageId);
  const header = sources.get(id)?.header;
  if (!header) return undefined;
  switch (type) {
    case 'imagePixelModule':
      return {
        samplesPerPixel: 1,
        photometricInterpretation: 'MONOCHROME2',
        ...rowsAndColumns(frameShape(imageId, header)),
        bitsAllocated: 16,
        bitsStored: 16,
        highBit: 15,
        pixelRepresentation: 0,
      };
    case 'imagePlaneModule':
      return imagePlane(imageId, header);
    case 'generalSeriesModule':
      return { modality: 'DX', seriesInstanceUID: id };
    case 'voiLutModule':
      return {
        windowCenter: [(header.sample_min + header.sample_max) / 2],
        windowWidth: [Math.max(1, header.sample_max - header.sample_min)],
        voiLUTFunction: 'LINEAR',
      };
    case 'modalityLutModule':
      return { rescaleSlope: 1, rescaleIntercept: 0, rescaleType: 'US' };
    default:
      return undefined;
  }
}

/** Samples of a frame that is here, row by row; null of one that is not. */
export function samplesOf(imageId: string): Uint16Array | null {
  return (cache.getImage(imageId)?.getPixelData() as Uint16Array | undefined) ?? null;
}

let registered = false;

/** Registers loader and metadata provider once per page. */
export function registerFrameLoader(): void {
  if (registered) return;
  registered = true;
  imageLoader.registerImageLoader(SCHEME, load);
  metaData.addProvider(metadataOf, PROVIDER_PRIORITY);
}

/** Fetches and decodes a frame unless the cache has it. */
export async function loadFrame(imageId: string): Promise<void> {
  registerFrameLoader();
  kept.add(imageId);
  const known = cache.getImageLoadObject(imageId);
  // Put there by us: Cornerstone's own way leaves a failure that nobody can catch.
  await (known?.promise ?? cache.putImageLoadObject(imageId, { promise: imageLoader.loadImage(imageId) }));
}
