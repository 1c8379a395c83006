// Copies what pages need into one folder: node build.mjs DESTINATION
// Of the Utrecht component library only the components that a page uses go along: the whole is 400 KB, too much for a phone.
import { mkdirSync, readFileSync, readdirSync, writeFileSync, copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postcss from "postcss";

const here = dirname(fileURLToPath(import.meta.url));
const pages = join(here, "../../templates/pages");
const destination = process.argv[2] ?? join(here, "dist");

const used = new Set();
for (const entry of readdirSync(pages, { recursive: true })) {
  if (!entry.endsWith(".html")) continue;
  for (const word of readFileSync(join(pages, entry), "utf8").match(/utrecht-[a-z0-9_-]+/g) ?? []) used.add(word);
}

const library = postcss.parse(readFileSync(join(here, "node_modules/@utrecht/component-library-css/dist/index.css"), "utf8"));
library.walkRules((rule) => {
  if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
  rule.selectors = rule.selectors.filter((selector) => (selector.match(/\.utrecht-[a-z0-9_-]+/g) ?? []).every((name) => used.has(name.slice(1))));
  if (rule.selectors.filter(Boolean).length === 0) rule.remove();
});
library.walkAtRules((rule) => { if (rule.nodes && rule.nodes.length === 0) rule.remove(); });
library.walkComments((comment) => { if (!comment.text.startsWith("!")) comment.remove(); });

mkdirSync(destination, { recursive: true });
writeFileSync(join(destination, "utrecht.css"), "/* @utrecht/component-library-css, EUPL-1.2, only the components in use */\n" + library.toString());
copyFileSync(join(here, "node_modules/tus-js-client/dist/tus.min.js"), join(destination, "tus.min.js"));
for (const file of readdirSync(join(here, "src"))) copyFileSync(join(here, "src", file), join(destination, file));
