// Every text exists in both languages, every key used in the source exists, and no text is left over.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FluentResource } from "@fluent/bundle";
import { describe, expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "../src");

function keysOf(language: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(join(SOURCE, "locale", language))) {
    const resource = new FluentResource(readFileSync(join(SOURCE, "locale", language, name), "utf-8"));
    const source = readFileSync(join(SOURCE, "locale", language, name), "utf-8");
    const written = source.split("\n").filter((line) => /^[a-z][\w-]* =/.test(line));
    expect(resource.body.length, `${language}/${name} has a message that does not parse`).toBe(
      written.length,
    );
    for (const message of resource.body) {
      expect(found.has(message.id), `${message.id} is there twice`).toBe(false);
      found.set(message.id, name);
    }
  }
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(svelte|ts)$/.test(entry.name) && entry.name !== "schema.d.ts")
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf-8"));
}

describe("catalogues", () => {
  const es = keysOf("es");
  const en = keysOf("en");

  it("say the same things in both languages", () => {
    expect([...es.keys()].sort()).toEqual([...en.keys()].sort());
  });

  it("keep each room's texts in its own file, under its own prefix", () => {
    for (const [key, file] of es) expect(`${key.split("-")[0]}.ftl`).toBe(file);
  });

  it("have every key that the source names whole", () => {
    const text = sources(SOURCE).join("\n");
    const rooms = new Set([...es.values()].map((file) => file.replace(".ftl", "")));
    const named = [...text.matchAll(/["']([a-z]+-[a-z0-9_-]*[a-z0-9])["']/g)].map(
      (match) => match[1] as string,
    );
    const called = [...text.matchAll(/\bt\(\s*["'`]([a-z0-9_-]+)["'`]/g)].map((match) => match[1] as string);
    const labels = [...text.matchAll(/label: ["']([a-z0-9_-]+)["']/g)].map((match) => match[1] as string);
    const missing = [...called, ...labels.filter((one) => rooms.has(one.split("-")[0] ?? ""))].filter(
      (key) => !es.has(key),
    );
    expect([...new Set(missing)]).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
  });

  it("have no text that nothing shows", () => {
    const text = sources(SOURCE).join("\n");
    // A key may be made from a stem and a word: t(`app-screen-${id}`) uses every key that begins so.
    const stems = [...text.matchAll(/[`"']([a-z][a-z0-9_-]*-)(?:\$\{|["'`]\s*\+)/g)].map(
      (match) => match[1] as string,
    );
    const unused = [...es.keys()].filter(
      (key) =>
        !text.includes(`"${key}"`) &&
        !text.includes(`\`${key}\``) &&
        !text.includes(`'${key}'`) &&
        !stems.some((stem) => key.startsWith(stem)),
    );
    expect(unused).toEqual([]);
  });
});
