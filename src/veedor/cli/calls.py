"""How the command itself speaks: usage, help and wrong calls in the user's language, as every other sentence.

Typer's own words are English and written into it; here its commands and groups are given ours. What it refuses
becomes one of the errors below, which `output.fail` tells like any other, with exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, TypeVar

import typer
from pydantic import ValidationError
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from veedor.cli.output import fail, t
from veedor.kit.errors import UserError, VeedorError
from veedor.kit.reasons import value_reason

F = TypeVar("F", bound=Callable[..., Any])

_refusals: Any = import_module(typer.BadParameter.__module__)  # typer shows only one of these classes itself
_PANELS = {
    "ARGUMENTS_PANEL_TITLE": "cli-help-arguments",
    "OPTIONS_PANEL_TITLE": "cli-help-options",
    "COMMANDS_PANEL_TITLE": "cli-help-commands",
    "REQUIRED_LONG_STRING": "cli-help-required",
    "DEFAULT_STRING": "cli-help-default",
    "ENVVAR_STRING": "cli-help-envvar",
}
_PARAMETERS = {
    "help": "cli-help-help",
    "install_completion": "cli-help-install-completion",
    "show_completion": "cli-help-show-completion",
}


class WrongCall(UserError):
    """The command was not called as it can be. params: command, problem"""

    key = "error-cli-call"


class _Mistyped(WrongCall):
    def hint(self, lang: str) -> str | None:
        return super().hint(lang) if self.params.get("meant") else WrongCall(**self.params).hint(lang)


class UnknownCommand(_Mistyped):
    """params: command, name, meant (may be empty)"""

    key = "error-cli-unknown-command"


class UnknownOption(_Mistyped):
    """params: command, name, meant (may be empty)"""

    key = "error-cli-unknown-option"


class ExtraArgument(WrongCall):
    """params: command, name"""

    key = "error-cli-extra-argument"


class ValueMissing(WrongCall):
    """An argument or option that must be given, or an option without its value. params: command, name"""

    key = "error-cli-value-missing"


class ValueUnwanted(WrongCall):
    """A switch that was given a value. params: command, name"""

    key = "error-cli-value-unwanted"


class WrongValue(WrongCall):
    """params: command, name, problem"""

    key = "error-cli-wrong-value"


class Command(TyperCommand):
    """One command."""

    def get_help_option(self, ctx: Any) -> Any:
        return _in_our_words(super().get_help_option(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        try:
            left = super().parse_args(ctx, args)
        except _refusals.UsageError as problem:
            problem.ctx = problem.ctx or ctx
            raise
        if left and not ctx.resilient_parsing:
            raise ExtraArgument(command=ctx.command_path, name=left[0])
        return left


class Group(TyperGroup):
    """A group of commands, or all of them. `main` ends the process; every error of a call passes there."""

    def get_help_option(self, ctx: Any) -> Any:
        return _in_our_words(super().get_help_option(ctx))

    def get_params(self, ctx: Any) -> Any:
        return [_in_our_words(one) for one in super().get_params(ctx)]

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UnknownCommand(command=ctx.command_path, name=args[0], meant=_meant(args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        given = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except VeedorError as error:
            _leave(error, given)
        except _refusals.UsageError as problem:
            _leave(_our_error(problem, given), given)
        except typer.Abort:
            typer.echo(t("cli-aborted"), err=True)
            code = 130
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code


class App(typer.Typer):
    """`typer.Typer` whose commands and groups are ours."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=Group, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[F], F]:
        return super().command(name, **{"cls": Command, **settings})


def speak() -> None:
    """Give typer's help pages our words."""
    for constant, key in _PANELS.items():
        setattr(rich_utils, constant, t(key))


def _leave(error: VeedorError, given: Sequence[str]) -> None:
    try:
        fail(error, as_json="--json" in given)
    except typer.Exit as end:
        sys.exit(end.exit_code)


def _our_error(problem: Any, given: Sequence[str]) -> VeedorError:
    """What typer refused, as an error of ours."""
    command = problem.ctx.command_path if problem.ctx is not None else "veedor"
    no_command = type(problem) is _refusals.UsageError and isinstance(problem.ctx.command, Group)
    if no_command or isinstance(problem, _refusals.NoArgsIsHelpError):
        typer.echo(problem.ctx.get_help())
        raise SystemExit(UserError.exit_code)
    if isinstance(problem, _refusals.NoSuchOption):
        return UnknownOption(command=command, name=problem.option_name, meant=", ".join(problem.possibilities or ()))
    if isinstance(problem, _refusals.BadOptionUsage):
        unwanted = any(one.startswith(f"{problem.option_name}=") for one in given)
        return (ValueUnwanted if unwanted else ValueMissing)(command=command, name=problem.option_name)
    if isinstance(problem, _refusals.BadParameter) and problem.param is not None:
        name = problem.param.get_error_hint().replace("'", "")
        if isinstance(problem, _refusals.MissingParameter):
            return ValueMissing(command=command, name=name)
        return WrongValue(command=command, name=name, **_reason(problem))
    return WrongCall(command=command, problem=problem.message)


def _reason(problem: Any) -> dict[str, str]:
    """Why a value was refused. Typer puts what it checks itself (choices, paths) into one English sentence."""
    kind = getattr(problem.param, "type_descriptor", None)
    choices = getattr(kind, "choices", None)
    if choices:
        expected = ", ".join(str(getattr(one, "value", one)) for one in choices)
        return {"problem": problem.message, "detail": "reason-not-one-of", "expected": expected}
    if getattr(kind, "is_path", False):
        return {"problem": problem.message, "detail": "reason-no-such-path"}
    cause = problem.__cause__
    return value_reason(dict(cause.errors()[0])) if isinstance(cause, ValidationError) else {"problem": problem.message}


def _meant(name: str, known: Sequence[str]) -> str:
    return ", ".join(get_close_matches(name, known))


def _in_our_words(parameter: Any) -> Any:
    key = _PARAMETERS.get(getattr(parameter, "name", None) or "")
    if key is not None:
        parameter.help = t(key)
    return parameter


def _write_usage(command: Any, ctx: Any, formatter: Any) -> None:
    words = {"[OPTIONS]": t("cli-usage-options"), "COMMAND [ARGS]...": t("cli-usage-command")}
    pieces = [words.get(piece, piece) for piece in command.collect_usage_pieces(ctx)]
    formatter.write_usage(ctx.command_path, " ".join(pieces), f"{t('cli-usage')} ")
