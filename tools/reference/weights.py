"""`models.md`: the detector weights that Veedor knows, from its registry."""

from __future__ import annotations

from tools.reference import text

_INTRO = (
    "Weights are no part of Veedor: `veedor models pull` fetches them, from the sources below in their order, and "
    "keeps nothing whose SHA-256 is not the one below, or the one that a source has of its own. They lie in the "
    "folder that `VEEDOR_MODELS_DIR` names, else in "
    "`$XDG_DATA_HOME/veedor/models` (`~/.local/share/veedor/models`), each with its licence notice beside it. A "
    "machine without a network gets them by copying that folder. "
    "Terms: [third parties](../third-party.md#model-weights). Detectors of an agency's own are added at the site: "
    "[own models](../operate/own-models.md)."
)


def pages() -> dict[str, str]:
    """File names and contents."""
    from veedor.site.detect.models import DEFAULT_MODEL, registry

    parts = [_INTRO]
    for model in registry().models:
        rows = [
            ("Licence", model.licence),
            ("Made by", model.origin),
            ("File", text.code(model.file)),
            ("SHA-256", text.code(model.sha256)),
            ("Size", f"{model.size_bytes:,} bytes"),
            ("Input", model.input),
            ("Classes", model.classes),
            *((f"Source {number}", _source(source)) for number, source in enumerate(model.sources, 1)),
        ]
        default = "\n\nThe default." if model.name == DEFAULT_MODEL else ""
        parts.append(f"## `{model.name}`{default}\n\n{text.table(('', ''), rows)}")
    return {"models.md": text.page("Models", *parts)}


def _source(source: object) -> str:
    own = getattr(source, "sha256", None)
    return text.code(str(source)) + (f", SHA-256 {text.code(own)}" if own else "")
