/** The sprite of line icons: only the names below are taken from the icon package, at build time. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export const ICONS = [
  "arrow-left",
  "arrow-right",
  "bell",
  "building-2",
  "calendar-plus",
  "check",
  "chevron-down",
  "chevron-left",
  "chevron-right",
  "circle-alert",
  "circle-help",
  "clock",
  "copy",
  "download",
  "ellipsis",
  "external-link",
  "eye",
  "file-text",
  "flag",
  "grip",
  "history",
  "info",
  "key",
  "link",
  "list-checks",
  "lock",
  "log-out",
  "mail",
  "monitor",
  "moon",
  "pencil",
  "pin",
  "play",
  "plus",
  "printer",
  "refresh-cw",
  "search",
  "settings",
  "share",
  "shield",
  "sliders-horizontal",
  "square",
  "sun",
  "table-2",
  "trash-2",
  "triangle-alert",
  "undo-2",
  "upload",
  "user",
  "users",
  "x",
];

const require = createRequire(import.meta.url);

/** One `<symbol>` per icon; fails the build when the package no longer has a name. */
export function sprite() {
  const symbols = ICONS.map((name) => {
    const file = require.resolve(`lucide-static/icons/${name}.svg`);
    const body = readFileSync(file, "utf8")
      .replace(/<!--.*?-->/gs, "")
      .replace(/^\s*<svg[^>]*>|<\/svg>\s*$/gs, "")
      .replace(/\s+/g, " ")
      .trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

/** Vite plugin: emits the sprite and the page icon as hashed assets, in the manifest as `src/icons.svg` and `src/favicon.svg`. */
export function iconSprite() {
  return {
    name: "icon-sprite",
    generateBundle() {
      this.emitFile({
        type: "asset",
        name: "favicon.svg",
        originalFileName: "src/favicon.svg",
        source: readFileSync(new URL("src/favicon.svg", import.meta.url)),
      });
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "src/icons.svg",
        source: sprite(),
      });
    },
  };
}
