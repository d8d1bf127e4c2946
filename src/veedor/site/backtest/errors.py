"""What can keep a backtest from running."""

from __future__ import annotations

from veedor.kit.errors import Conflict, Unavailable, UserError


class BacktestRunning(Conflict):
    """One runs at a time: it shares the machine with the analysis. params: camera"""

    key = "error-backtest-running"


class BacktestFailed(Unavailable):
    """The process of a backtest ended before its time. params: name, problem"""

    key = "error-backtest-failed"


class NoHistory(UserError):
    """The archive has nothing of this camera in the span. params: camera"""

    key = "error-backtest-no-history"
