"""What can be wrong with a rules file."""

from __future__ import annotations

from veedor.kit.errors import ConfigError
from veedor.kit.messages import Message, render


class RulesFileError(ConfigError):
    """One problem of a rules file, told in the reader's language.

    params: file, line, column, path (where in the file, e.g. `rules.2.zone`), detail (a catalogue key), the detail's
    own parameters, and problem (the detail in English, for logs).
    """

    key = "error-config"

    @staticmethod
    def at(file: str, place: tuple[int, int], path: str, detail: Message) -> RulesFileError:
        english = render(detail.key, "en", detail.params)
        params = {**detail.params, "file": file, "line": str(place[0]), "column": str(place[1])}
        return RulesFileError(**params, path=path, detail=detail.key, problem=f"{path}: {english}" if path else english)

    @property
    def order(self) -> tuple[int, int]:
        """Line and column, for sorting."""
        return int(self.params["line"]), int(self.params["column"])  # type: ignore[arg-type]

    def render(self, lang: str) -> str:
        path, detail = str(self.params["path"]), render(str(self.params["detail"]), lang, self.params)
        return render(self.key, lang, {**self.params, "problem": f"{path}: {detail}" if path else detail})
