// @ts-check
/** Shows the strips pixel for pixel, whatever the zoom, and says what screen it is. */
function showPixelForPixel() {
  for (const strip of document.querySelectorAll('.test-picture img')) {
    if (strip instanceof HTMLImageElement && strip.naturalWidth) {
      strip.style.width = `${strip.naturalWidth / window.devicePixelRatio}px`;
      strip.style.height = 'auto';
    }
  }
}

/** @type {Record<string, () => number>} */
const SAYS = {
  screen_width: () => window.screen.width,
  screen_height: () => window.screen.height,
  pixel_ratio: () => window.devicePixelRatio,
};

function fillIn() {
  for (const [name, says] of Object.entries(SAYS)) {
    const field = document.querySelector(`input[name=${name}]`);
    if (field instanceof HTMLInputElement) field.value = String(says());
  }
}

showPixelForPixel();
window.addEventListener('load', showPixelForPixel);
window.addEventListener('resize', showPixelForPixel); // zooming the page is one
document.querySelector('.test-picture')?.addEventListener('submit', fillIn);
