import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { alias, define } from '../../vite.config';

// The page over a door double, for looking at every page and state without the rest of Inkhorn. Never shipped.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue(), tailwind()],
  resolve: { alias },
  define,
  clearScreen: false,
  server: { fs: { allow: ['../../..'] } },
  build: { target: 'safari17', outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 2000, reportCompressedSize: false },
});
