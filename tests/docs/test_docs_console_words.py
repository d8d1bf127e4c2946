"""The console has a name for whatever an alert can be about, in both languages."""

from __future__ import annotations

import re

import pytest
from doc_files import ROOT

from veedor.site import views, watchdog
from veedor.site.rules.kinds import KINDS


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_kind_of_alert_has_a_name(lang: str) -> None:
    text = (ROOT / "web" / "src" / "locale" / lang / "kinds.ftl").read_text(encoding="utf-8")
    named = dict(re.findall(r"^kinds-name-(\w+) = (.+)$", text, re.MULTILINE))
    assert set(named) == {*KINDS, views.KIND, watchdog.KIND}
    assert len(set(named.values())) == len(named)
