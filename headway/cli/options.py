"""Shared options of commands."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from headway.cli import log
from headway.config.fields import problem
from headway.config.paths import DataPaths

FIRST_DAY = date(2008, 1, 1)  # GitHub's first year
#: characters in the path of a data folder that make it the path of other folders too
PATTERN = re.compile(r"[*?\[\]{}\x00-\x1f\x7f]")


class FilePath(click.Path):
    """Type of options that name a file or a folder; DuckDB opens only names that are UTF-8."""

    def __init__(self, exists: bool = False, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(exists, file_okay, dir_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; refuse one that is not UTF-8 with its folders."""
        path = Path(str(super().convert(value, param, ctx)))
        try:
            str(path.absolute()).encode()
        except UnicodeEncodeError:
            self.fail(f"{path.absolute()} is not UTF-8 text; rename it", param, ctx)
        return path


def placed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--data`` and ``--config``, and pass it the place they name first."""

    @functools.wraps(command)
    def run(data: Path, config: Path, **remainder: Any) -> None:
        if PATTERN.search(path := str(data.absolute())):
            message = f"{path!r} has a character that DuckDB takes for a pattern; rename it"
            raise click.BadParameter(message, param_hint="--data")
        command(DataPaths(data, config), **remainder)

    for_data = click.option(
        "--data",
        type=FilePath(file_okay=False),
        default=Path("data"),
        envvar="HEADWAY_DATA",
        show_default=True,
        help="The data folder.",
    )
    for_config = click.option(
        "--config",
        type=FilePath(dir_okay=False),
        default=Path("headway.toml"),
        show_default=True,
        help="The settings.",
    )
    return for_data(for_config(run))


snapshot_option = click.option(
    "--snapshot",
    type=FilePath(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this published file instead of the live one.",
)


def logged(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that schedulers run ``--log``, the form of what it says on standard error."""

    def callback(_context: click.Context, _option: click.Parameter, value: str) -> None:
        log.set_up(value)

    return click.option(
        "--log",
        type=click.Choice(log.FORMS),
        default="text",
        envvar="HEADWAY_LOG",
        show_default=True,
        callback=callback,
        expose_value=False,
        is_eager=True,
        help="The form of what it says on standard error.",
    )(command)


def checked(kind: Any) -> Callable[..., Any]:
    """Return the callback of an option whose values have a type of the settings."""

    def callback(
        _context: click.Context, _option: click.Parameter, value: str | tuple[str, ...]
    ) -> Any:
        for item in (value,) if isinstance(value, str) else value:
            if message := problem(kind, item):
                raise click.BadParameter(message)
        return value

    return callback


def past_day(
    _context: click.Context, _option: click.Parameter, value: datetime | None
) -> date | None:
    """Return the day an option gives, which must be over."""
    if value and not FIRST_DAY <= value.date() <= yesterday():
        raise click.BadParameter(
            f"{value:%Y-%m-%d} is not a day from {FIRST_DAY} to yesterday, {yesterday()} (UTC)"
        )
    return value.date() if value else None


def yesterday() -> date:
    """Return the last day that is over, in UTC."""
    return datetime.now(UTC).date() - timedelta(days=1)


day_option = functools.partial(
    click.option, type=click.DateTime(["%Y-%m-%d"]), callback=past_day, metavar="DATE"
)
as_of_option = day_option(
    "--as-of", help="Show things as they stood at the end of this day  [default: the last one read]"
)
