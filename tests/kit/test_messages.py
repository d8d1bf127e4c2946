"""Both languages say everything."""

import pytest

from veedor.access.grants import _PROGRESS
from veedor.kit import messages
from veedor.kit.errors import Forbidden


def test_every_key_exists_in_every_language() -> None:
    spanish, english = messages.catalogue_keys("es"), messages.catalogue_keys("en")
    assert spanish, "the catalogues are empty"
    assert spanish - english == set(), "missing in English"
    assert english - spanish == set(), "missing in Spanish"


def test_language_from_environment_defaults_to_spanish() -> None:
    assert messages.language_from_environment({}) == "es"
    assert messages.language_from_environment({"LANG": "en_US.UTF-8"}) == "en"
    assert messages.language_from_environment({"LANG": "en_US.UTF-8", "LC_ALL": "es_PE.UTF-8"}) == "es"


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_refusal_says_why_and_what_to_do(lang: str) -> None:
    """Each code that the check may give has words of its own; an administrator helps only where a role is wanting."""
    seen = {}
    for reason in (*_PROGRESS, "condition", "identity", "policy"):
        if reason == "owner":  # never the furthest: a grant of another owner is not asked
            continue
        said = Forbidden(action="live.watch", act="live-watch", reason=reason, name="moon")
        assert said.render(lang).partition(": ")[2] != reason
        seen[reason] = said.hint(lang)
    assert Forbidden(action="x", act="x", reason="role", name="").hint(lang) == seen.pop("policy")
    assert len(set(seen.values())) == len(seen)
