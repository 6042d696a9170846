import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// The page as the window loads it: one small bundle from ui/dist, nothing fetched from anywhere else.
export const alias = {
  '@fault-words': fileURLToPath(new URL('../crates/fault/words', import.meta.url)),
  '@': fileURLToPath(new URL('./src', import.meta.url)),
};

/** vue-i18n reads its messages as trees, so that the content policy needs no `unsafe-eval`. */
export const define = {
  __VUE_I18N_LEGACY_API__: 'false',
  __VUE_I18N_FULL_INSTALL__: 'false',
  __INTLIFY_JIT_COMPILATION__: 'true',
  __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
  __INTLIFY_PROD_DEVTOOLS__: 'false',
  __VUE_OPTIONS_API__: 'false',
  __VUE_PROD_DEVTOOLS__: 'false',
};

export default defineConfig({
  plugins: [vue(), tailwind()],
  resolve: { alias },
  define,
  clearScreen: false,
  server: { strictPort: true, port: 1420, fs: { allow: ['..'] } },
  build: { target: 'safari17', assetsInlineLimit: 0, chunkSizeWarningLimit: 700, reportCompressedSize: false },
});
