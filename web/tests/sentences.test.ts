// A grant is told in one sentence everywhere. `veedor grants` has the same cases: tests/cli/test_grants.py.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";

interface Case {
  grant: never;
  es: string;
  en: string;
}
const told = JSON.parse(readFileSync(join(import.meta.dirname, "grant-sentences.json"), "utf-8")) as {
  time_zone: string;
  cameras: Record<string, string>;
  grants: Case[];
};

// The catalogues look at the browser when they load.
beforeAll(() => {
  vi.stubGlobal("localStorage", { getItem: () => "en", setItem: () => undefined });
  vi.stubGlobal("document", { documentElement: {} });
});
vi.mock("../src/lib/site.svelte", () => ({
  site: {
    timeZone: told.time_zone,
    camera: (id: string) => (told.cameras[id] ? { name: told.cameras[id] } : undefined),
  },
}));

describe("a grant", () => {
  it.each(["es", "en"] as const)("is one sentence (%s)", async (language) => {
    const { i18n } = await import("../src/lib/i18n.svelte");
    const { sentenceOf } = await import("../src/sharing/words");
    i18n.choose(language);
    expect(told.grants.map((one) => sentenceOf(one.grant))).toEqual(told.grants.map((one) => one[language]));
  });
});
