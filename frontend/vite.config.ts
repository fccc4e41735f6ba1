import { defineConfig } from "vite";

/** What a page may ask for by `{% asset %}` and `{% script %}`; a new entry is one line here. */
const ENTRIES = ["src/styles/app.css", "src/app.ts"];

export default defineConfig({
  // Addresses inside built files are relative, so that the static files may lie under any address.
  base: "./",
  build: {
    outDir: process.env.JIUZHOU_BUILT ?? "../src/jiuzhou/web/static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["es2021", "chrome100", "firefox100", "safari15.4"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: { input: ENTRIES },
  },
});
