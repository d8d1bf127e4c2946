"""What a running Veedor needs may be used and passed on with Apache-2.0 code."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, distribution

from doc_files import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PERMISSIVE = re.compile(
    r"MIT(-0)?|0BSD|(\d-Clause )?BSD([- ]\d-Clause)?( License)?|Apache([- ]2\.0)?|APL 2|Apache Software License|ISC.*"
    r"|PSF(L|-2\.0)?|Python Software Foundation License|MPL-2\.0|Mozilla Public License 2\.0.*|Zlib|CC0-1\.0"
    r"|MIT License|MIT-CMU|Unlicense|HPND|Python-2\.0"
)


def test_every_runtime_dependency_has_a_permissive_licence() -> None:
    installed = _closure()
    assert {"av", "numpy", "fastapi", "cffi"} <= set(installed), "dependencies of dependencies count too"
    doubtful = {name: _said(package) for name, package in installed.items() if not _is_permissive(_said(package))}
    # Used as installed, unchanged and replaceable, which is what the LGPL asks; docs/third-party.md says so.
    assert {name: said for name, said in doubtful.items() if name not in ("psycopg", "psycopg-binary")} == {}


def test_every_direct_dependency_is_in_the_third_party_notices() -> None:
    text = (ROOT / "docs" / "third-party.md").read_text(encoding="utf-8")
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = [canonicalize_name(Requirement(line).name) for line in wanted]
    assert [name for name in names if f"| `{name}` |" not in text] == []


def _closure() -> dict[str, Distribution]:
    found: dict[str, Distribution] = {}
    waiting = [Requirement("veedor")]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in found:
            continue
        found[name] = distribution(wanted.name)
        for line in found[name].requires or []:
            needed = Requirement(line)
            extras = ["", *wanted.extras]
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)
    return found


def _said(package: Distribution) -> str:
    expression = package.metadata.get("License-Expression")
    classifiers = [item for item in package.metadata.get_all("Classifier") or [] if item.startswith("License ::")]
    if expression:
        return str(expression)
    if classifiers:
        return " AND ".join(item.split(" :: ")[-1] for item in classifiers)
    declared = package.metadata.get("License") or _by_file(package) or "nothing"
    return str(declared).strip().splitlines()[0]


def _by_file(package: Distribution) -> str | None:
    """What the licence file says of a package that declares nothing."""
    texts = [str(file.read_text()) for file in package.files or [] if file.name == "LICENSE"]
    return "Apache-2.0" if any("Apache License" in text and "Version 2.0" in text for text in texts) else None


def _is_permissive(said: str) -> bool:
    """Every part of an AND, one part of an OR."""
    return all(
        any(PERMISSIVE.fullmatch(choice.strip(" ()")) for choice in part.split(" OR ")) for part in said.split(" AND ")
    )


def test_only_what_the_notices_name_needs_a_gpl_encoder() -> None:
    source = ROOT / "src" / "veedor"
    users = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"libx26[45]", path.read_text(encoding="utf-8"))
    }
    assert users == {"compose/annotate.py", "simulator/prepare.py", "site/record/transcode.py"}, (
        "docs/third-party.md says who does"
    )
