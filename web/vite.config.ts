import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// `npm run dev` beside a running site: VEEDOR_DESK=http://127.0.0.1:8480 npm run dev
const desk = process.env.VEEDOR_DESK ?? "http://127.0.0.1:8480";

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../src/veedor/desk/console/dist",
    emptyOutDir: true,
    target: "es2022",
    // A data: URL in a style or a script would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { "/api": { target: desk, ws: true, changeOrigin: true } } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
