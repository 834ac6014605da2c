import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/static/viewer/',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: '../static/viewer',
    emptyOutDir: true,
    manifest: true,
    // The content security policy allows no data: scripts or fonts, so nothing may be inlined.
    assetsInlineLimit: 0,
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 5000,
    rollupOptions: {
      input: {
        reading: 'src/reading.tsx',
        study_reading: 'src/study_reading.tsx',
        truth_vote: 'src/truth_vote.tsx',
        second_window: 'src/second_window.tsx',
        key_settings: 'src/key_settings.tsx',
      },
    },
  },
});
