import { defineConfig } from 'vitest/config';
import baseConfig from '../../vitest.config.js';

/** The peers that take long, or that need programs beyond the usual ones. One after another: they are heavy. */
export default defineConfig({
  ...baseConfig,
  test: {
    include: ['test/interop/full/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    // A browser's profile takes long to remove.
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
