// Builds the console's files into the folder named on the command line: one script, one style sheet, one icon sprite,
// each with its hash in its name, `manifest.json` from plain names to those, and the licences of what went in.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const out = path.resolve(process.argv[2]);
const packages = path.resolve("node_modules");
const ICONS = (await readFile("src/icons.txt", "utf8")).split("\n").map((line) => line.trim()).filter(Boolean);

await mkdir(out, { recursive: true });
const manifest = {};

const { metafile } = await build({
  entryPoints: ["src/console.js", "src/console.css"],
  outdir: out,
  entryNames: "[name]-[hash]",
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
for (const [file, made] of Object.entries(metafile.outputs)) {
  manifest[path.basename(made.entryPoint)] = path.basename(file);
}

async function sprite() {
  const symbols = await Promise.all(ICONS.map(async (name) => {
    const svg = await readFile(path.join(packages, "lucide-static/icons", `${name}.svg`), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
  }));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

async function keep(name, text) {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  manifest[name] = `${stem}-${hash}${ext}`;
  await writeFile(path.join(out, manifest[name]), text);
}

await keep("icons.svg", await sprite());
await keep("mark.svg", await readFile("src/mark.svg", "utf8"));
const licences = await Promise.all(["htmx.org", "lucide-static"].map(async (name) =>
  `${name}\n\n${await readFile(path.join(packages, name, "LICENSE"), "utf8")}`));
await writeFile(path.join(out, "LICENCES.txt"), licences.join("\n\n"));
await writeFile(path.join(out, "manifest.json"), JSON.stringify(manifest, null, 2));
