"""The `veedor` command. One file per group of commands; `app.py` puts them together.

Exit codes: 0 done; 1 internal error; 2 the input or the call is wrong; 3 something does not answer; 4 not allowed;
5 disk or database; 130 interrupted.
"""

from __future__ import annotations


def main() -> None:
    """Entry point of the installed command."""
    from veedor.cli.app import run

    run()
