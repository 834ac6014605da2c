/**
 * WebGL 2 or nothing. Without it Cornerstone falls back silently to its CPU path, where pan drifts and reset fails:
 * a wrong picture is worse than none, so the page asks first.
 */
export function hasWebGl2(): boolean {
  return document.createElement('canvas').getContext('webgl2') !== null;
}
