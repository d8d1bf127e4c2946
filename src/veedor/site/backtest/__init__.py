"""Backtests: changed rules over the archive of the last days, beside those in force, by the code that runs live."""
