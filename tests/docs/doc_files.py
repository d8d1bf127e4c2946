"""The repository's documents, read the way a reader does: links, headings, commands."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    """Every Markdown file that belongs to the repository."""
    folders = ("docs", "src", "tests", "bench", "tools")
    inner = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.md"))]
    return [*sorted(ROOT.glob("*.md")), *(path for path in inner if not _is_hidden(path))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(ROOT).parts)


def links(text: str) -> list[str]:
    """Targets of links and pictures, code left out."""
    return _LINK.findall(_INLINE.sub("", _FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """The anchors that headings get on the usual forges: lower case, punctuation gone, spaces to dashes."""
    found: set[str] = set()
    for line in _FENCE.sub("", text).splitlines():
        if line.startswith("#"):
            heading = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            anchor, number = heading.replace(" ", "-"), 0
            while anchor in found:
                number += 1
                anchor = f"{heading.replace(' ', '-')}-{number}"
            found.add(anchor)
    return found


@dataclass(frozen=True)
class ShownCommand:
    """A command line that a document shows. `whole`: in a block, to be copied; else a mention, perhaps in part."""

    document: str
    line: str
    words: tuple[str, ...]
    whole: bool


def commands(path: Path, program: str) -> list[ShownCommand]:
    """Every line for `program` in shell blocks, and every mention of it in code type."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    found = []
    for language, block in _FENCE.findall(text):
        if language in ("sh", "bash", "console"):
            for line in block.replace("\\\n", " ").splitlines():
                found += _shown(name, line, program, whole=True)
    for mention in _INLINE.findall(_FENCE.sub("", text)):
        found += _shown(name, mention, program, whole=False)
    return found


def _shown(document: str, line: str, program: str, *, whole: bool) -> list[ShownCommand]:
    try:
        words = shlex.split(line.removeprefix("$ "), comments=whole)
    except ValueError:
        return []
    while words and (words[0] in ("sudo", "-u", "flock") or "=" in words[0] or (words[0] == "veedor" != program)):
        words = words[1:]
    if words[:2] == [program, program]:  # sudo -u veedor veedor ...
        words = words[1:]
    if len(words) < 2 or Path(words[0]).name != program:
        return []
    for stop in ("|", ">", "&&", ";", ">>", "--"):
        if stop in words:
            words = words[: words.index(stop)]
    return [ShownCommand(document, line, tuple(words), whole)]
