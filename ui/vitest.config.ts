import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { alias, define } from './vite.config';

export default defineConfig({
  plugins: [vue()],
  resolve: { alias },
  define,
  // The kept drawings of crates/charts stand outside of this folder.
  server: { fs: { allow: ['..'] } },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts', 'tests/unit/**/*.test.ts'] },
});
