"""Rules: tracks and scene facts -> events. No rule reads a pixel, so each can be run again over the archive."""

from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.ruleset import RuleSet

__all__ = ["RuleEngine", "RuleSet"]
