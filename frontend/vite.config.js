import { defineConfig } from "vite";
import { iconSprite } from "./icons.js";

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [iconSprite()],
  build: {
    outDir: "dist",
    manifest: true,
    modulePreload: false,
    // The content security policy admits no data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ["src/app.ts", "src/answering.ts", "src/staff.css", "src/answering.css"],
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
