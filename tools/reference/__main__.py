"""Write `docs/reference/` and the console's drawings (or, with --check, say what differs from the program; exit 1)."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from pathlib import Path

from tools.reference import dependencies, text

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
THIRD_PARTY = ROOT / "docs" / "third-party.md"


def generate() -> dict[str, str]:
    """Every page, by its path from the root of the repository."""
    os.environ["VEEDOR_LANG"] = "en"
    from tools.reference import api, cli, drawings, problems, roles, rules, settings, weights, wire

    made: dict[str, str] = {}
    for room in (cli, settings, rules, api, problems, roles, weights, wire):
        made |= {f"docs/reference/{name}": page for name, page in room.pages().items()}
    made["docs/reference/README.md"] = _index(made)
    made |= {f"docs/reference/drawings/{name}": drawing for name, drawing in drawings.drawings().items()}
    made["web/src/setup/drawings.ts"] = drawings.console()
    return made


def _index(pages: dict[str, str]) -> str:
    titles = {name.rsplit("/", 1)[-1]: page.splitlines()[0].removeprefix("# ") for name, page in pages.items()}
    lines = [f"- [{title}]({name})" for name, title in sorted(titles.items())]
    return text.page("Reference", "Made from the program by `make reference`; a test compares.", "\n".join(lines))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; print what differs")
    options = parser.parse_args()
    pages = generate()
    kept = {f"docs/reference/{path.name}" for path in FOLDER.glob("*.md")}
    kept |= {f"docs/reference/drawings/{path.name}" for path in FOLDER.glob("drawings/*.svg")}
    differing = sorted(kept - set(pages))
    for name, content in sorted(pages.items()):
        path = ROOT / name
        written = path.read_text(encoding="utf-8") if path.is_file() else ""
        if written == content:
            continue
        differing.append(name)
        if options.check:
            sys.stdout.writelines(
                difflib.unified_diff(written.splitlines(True), content.splitlines(True), name, "generated now")
            )
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    if not options.check:
        for name in sorted(kept - set(pages)):
            (ROOT / name).unlink()
        THIRD_PARTY.write_text(dependencies.insert(THIRD_PARTY), encoding="utf-8")
    sys.stdout.write("".join(f"{'differs' if options.check else 'written'}: {name}\n" for name in differing))
    return 1 if options.check and differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
