// Texts: Fluent catalogues, one file a room and language, both languages complete (tests/catalogues.test.ts).

import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

export type Language = "es" | "en";

const files = import.meta.glob<string>("../locale/*/*.ftl", {
  eager: true,
  query: "?raw",
  import: "default",
});

function bundle(language: Language): FluentBundle {
  const made = new FluentBundle(language === "es" ? "es-PE" : "en-GB", { useIsolating: false });
  for (const [path, source] of Object.entries(files)) {
    if (path.includes(`/${language}/`)) made.addResource(new FluentResource(source));
  }
  return made;
}

const bundles: Record<Language, FluentBundle> = { es: bundle("es"), en: bundle("en") };

function initial(): Language {
  const kept = localStorage.getItem("veedor.language");
  if (kept === "es" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "es";
}

let chosen = $state<Language>(initial());

export const i18n = {
  get language(): Language {
    return chosen;
  },
  /** BCP 47 tag for numbers and times. */
  get locale(): string {
    return chosen === "es" ? "es-PE" : "en-GB";
  },
  choose(language: Language): void {
    chosen = language;
    localStorage.setItem("veedor.language", language);
    document.documentElement.lang = language;
  },
};

document.documentElement.lang = initial();

/** The text for `key` in the chosen language. An unknown key shows itself: a test finds those before a person does. */
export function t(key: string, values?: Record<string, FluentVariable>): string {
  const found = bundles[chosen].getMessage(key);
  if (!found?.value) return key;
  return bundles[chosen].formatPattern(found.value, values ?? null);
}

/** Whether a text exists: for words that come from the server, such as an action or a new kind of rule. */
export function known(key: string): boolean {
  return bundles[chosen].hasMessage(key);
}
