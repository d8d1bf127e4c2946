"""Links in the documents lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_files import ROOT, anchors, documents, links


def test_the_documents_that_a_newcomer_needs_are_there() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in documents()}
    assert {"README.md", "README.es.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/glossary.md"} <= names
    assert {"docs/operate/install.md", "docs/design/README.md", "docs/third-party.md", "docs/benchmarks.md"} <= names


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_resolve(path: Path) -> None:
    broken = [target for target in links(path.read_text(encoding="utf-8")) if not _resolves(path, target)]
    assert broken == []


def _resolves(path: Path, target: str) -> bool:
    if target.startswith(("http://", "https://", "mailto:")):
        return True
    name, _, anchor = target.partition("#")
    aimed = (path.parent / name).resolve() if name else path
    if not aimed.exists() or not aimed.is_relative_to(ROOT):
        return False
    return not anchor or (aimed.suffix == ".md" and anchor in anchors(aimed.read_text(encoding="utf-8")))
