"""Text for people, in their language, from Fluent catalogues (projectfluent.org).

A `Message` is a key and its parameters; it is stored and sent like that, and becomes a sentence only where
somebody reads it. Catalogues are `locale/<lang>/<room>.ftl`; every key exists in every language (a test holds it).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("es", "en")
DEFAULT_LANGUAGE = "es"

_BUNDLES: dict[str, FluentBundle] = {}
_READING = threading.Lock()

Param = str | int | float | datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be: catalogue key and parameters.

    Where the parameter `detail` is a catalogue key, `problem` is told from it in the reader's language, and what was
    given as `problem` (often a library's own English) is only for what has no key. Where the parameter `note` is a
    catalogue key, it is told after the sentence, from the same parameters. A message of a newer site, whose
    key this version does not have, is told as such: one of them must not keep a whole list from being shown.
    """

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def render(self, lang: str = DEFAULT_LANGUAGE) -> str:
        if not has_message(self.key, lang if lang in LANGUAGES else DEFAULT_LANGUAGE):
            return render("message-of-newer", lang, {"key": self.key})
        text = self._sentence(lang)
        note = str(self.params.get("note") or "")
        if note and has_message(note, lang):
            return render("message-with-note", lang, {"text": text, "note": render(note, lang, self.params)})
        return text

    def _sentence(self, lang: str) -> str:
        detail = str(self.params.get("detail") or "")
        if detail and has_message(detail, lang):
            return render(self.key, lang, {**self.params, "problem": render(detail, lang, self.params)})
        return render(self.key, lang, self.params)

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "params": dict(self.params)}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Message:
        return Message(str(value["key"]), dict(value.get("params", {})))


def preload() -> None:
    """Read all catalogues now, which takes a moment: in a process where the first to need a sentence must not wait."""
    for lang in LANGUAGES:
        _bundle(lang)


def _bundle(lang: str) -> FluentBundle:
    found = _BUNDLES.get(lang)
    if found is None:
        with _READING:  # once: seventy threads that need their first sentence together would each read all of it
            found = _BUNDLES[lang] = _BUNDLES.get(lang) or _read_bundle(lang)
    return found


def _read_bundle(lang: str) -> FluentBundle:
    locale = {"es": "es-PE", "en": "en-US"}[lang]
    bundle = FluentBundle([locale], use_isolating=False)
    folder = resources.files("veedor").joinpath("locale", lang)
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(entry.read_text(encoding="utf-8")))
    return bundle


def render(key: str, lang: str = DEFAULT_LANGUAGE, params: Mapping[str, Param] | None = None) -> str:
    """The sentence for `key` in `lang`. `key` may be `id` or `id.attribute`. A key that is missing raises KeyError."""
    bundle = _bundle(lang if lang in LANGUAGES else DEFAULT_LANGUAGE)
    name, _, attribute = key.partition(".")
    message = bundle.get_message(name)
    pattern = message.attributes[attribute] if attribute else message.value
    if pattern is None:
        raise KeyError(key)
    text, _problems = bundle.format_pattern(pattern, dict(params or {}))
    return str(text)


def has_message(key: str, lang: str) -> bool:
    """Whether the catalogue of `lang` has `key` (`id` or `id.attribute`)."""
    bundle = _bundle(lang)
    name, _, attribute = key.partition(".")
    if not bundle.has_message(name):
        return False
    message = bundle.get_message(name)
    return attribute in message.attributes if attribute else message.value is not None


def catalogue_keys(lang: str) -> set[str]:
    """Every key of `lang`, attributes as `id.attribute`: for the test that compares languages."""
    bundle = _bundle(lang)
    keys: set[str] = set()
    for name, message in bundle._messages.items():  # the library has no public way to list them
        if message.value is not None:
            keys.add(name)
        keys.update(f"{name}.{attribute.id.name}" for attribute in message.attributes)
    return keys


def language_from_environment(environ: Mapping[str, str] | None = None) -> str:
    """`es` or `en` from LC_ALL, LC_MESSAGES, LANG; Spanish where they say nothing that we have."""
    values = os.environ if environ is None else environ
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        prefix = values.get(name, "")[:2].lower()
        if prefix in LANGUAGES:
            return prefix
    return DEFAULT_LANGUAGE
