"""What a running site tells on standard error: its problems as they begin and end, and its log, in the user's words."""

from __future__ import annotations

import logging
import sys

from veedor.cli.output import err, lang, t
from veedor.kit.errors import VeedorError
from veedor.kit.messages import Message


class _Words(logging.Formatter):
    """Errors of ours are told as everywhere; what only a developer can read is marked as that, and kept whole."""

    def format(self, record: logging.LogRecord) -> str:
        at = self.formatTime(record, "%H:%M:%S")
        arguments = record.args if isinstance(record.args, tuple) else ()
        error = next((one for one in arguments if isinstance(one, VeedorError)), None)
        caught = record.exc_info[1] if record.exc_info else None
        if error is None and isinstance(caught, VeedorError):
            error = caught
        if error is not None:
            hint = error.hint(lang)
            return f"{at} ⚠ {error.render(lang)}" + (f" → {hint}" if hint else "")
        told = t("cli-log-technical", room=record.name, said=record.getMessage())
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{at} ⚠ {told}{trace}"


def speak_in_log() -> None:
    """Send the log of warnings and faults to standard error in the user's language."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Words())
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)


def tell_problem(problem: Message, ended: bool) -> None:
    """One line for a problem that lasts, and one when it is over."""
    sentence = problem.render(lang)
    line = (
        f"[green]✓[/] {t('cli-site-problem-ended', problem=_plain(sentence))}"
        if ended
        else f"[red]✗[/] {_plain(sentence)}"
    )
    err.print(line, highlight=False)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
