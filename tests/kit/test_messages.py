"""Both languages say everything."""

from veedor.kit import messages


def test_every_key_exists_in_every_language() -> None:
    spanish, english = messages.catalogue_keys("es"), messages.catalogue_keys("en")
    assert spanish, "the catalogues are empty"
    assert spanish - english == set(), "missing in English"
    assert english - spanish == set(), "missing in Spanish"


def test_language_from_environment_defaults_to_spanish() -> None:
    assert messages.language_from_environment({}) == "es"
    assert messages.language_from_environment({"LANG": "en_US.UTF-8"}) == "en"
    assert messages.language_from_environment({"LANG": "en_US.UTF-8", "LC_ALL": "es_PE.UTF-8"}) == "es"
