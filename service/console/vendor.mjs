// Copies what the page loads from node_modules to vendor/, without source maps; run after `npm ci`.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = "node_modules/maplibre-gl/dist";

rmSync(here("vendor"), { recursive: true, force: true });
mkdirSync(here("vendor"));
for (const name of ["maplibre-gl.mjs", "maplibre-gl-worker.mjs"]) {
  // the maps stay behind, so nothing may point to them
  const text = readFileSync(here(`${dist}/${name}`), "utf-8");
  writeFileSync(here(`vendor/${name}`), text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
}
copyFileSync(here(`${dist}/maplibre-gl.css`), here("vendor/maplibre-gl.css"));
copyFileSync(here("node_modules/maplibre-gl/LICENSE.txt"), here("vendor/maplibre-gl.LICENSE.txt"));
