import { defineConfig } from 'vitest/config';

/** Seconds, as vitest takes them. */
const seconds = (count: number) => count * 1000;

export default defineConfig({
  test: {
    projects: [
      {
        // Packages that come without the sources of their source maps would be warned of one by one.
        logLevel: 'error',
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: seconds(15),
          // They import JSON in a way that Node itself refuses.
          server: { deps: { inline: [/@actions\//] } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One project for what needs a cluster, so that its global setup starts one, once.
        test: {
          name: 'cluster',
          // All of chaos has a command of its own, `npm run test:chaos`; a sample of it runs with the others.
          include: process.env['CHAOS']
            ? ['test/chaos/**/*.test.ts']
            : ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'],
          globalSetup: 'test/cluster/global-setup.ts',
          testTimeout: seconds(240),
          hookTimeout: seconds(120),
          maxWorkers: 2,
          // A shared machine stands still for seconds at times; what fails twice is broken.
          retry: process.env['CI'] ? 1 : 0,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
