"""What the arguments of a command mean: one frozen value for `check`, and one for `audit`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from async_db_lint.read import discovery
from async_db_lint.read.discovery import MissingPath
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Safety
from async_db_lint.rule.finding import Severity
from async_db_lint.run.examine import Target
from async_db_lint.settings.config import Config, load
from async_db_lint.settings.keys import ConfigError


class Action(Enum):
    """What is done with the findings."""

    REPORT = "report"
    FIX = "fix and report the rest"
    FIX_ONLY = "fix and report nothing"
    SHOW_PATCH = "print the fixes as a patch"
    WRITE_BASELINE = "write the baseline"
    ADD_NOQA = "add noqa comments"
    SHOW_SETTINGS = "print the effective settings"


@dataclass(frozen=True, slots=True)
class Printing:
    """How a report is printed."""

    output_format: str
    color: str
    quiet: bool
    verbose: bool
    statistics: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a `check` command asks for.

    `allowed` are the kinds of fixes that may be made, `fail_on` the lowest severity that fails the command, and
    `isolated` says that the project's configuration is ignored.
    """

    target: Target
    action: Action
    printing: Printing
    fail_on: Severity
    exit_zero: bool
    allowed: frozenset[Safety]
    show_fixes: bool
    diff_base: str | None
    isolated: bool


@dataclass(frozen=True, slots=True)
class AskedAudit:
    """What an `audit` command asks for; without `output`, the audit is printed."""

    root: Path
    path: Path
    config: Config
    format: str | None
    output: Path | None
    color: str
    exit_zero: bool


def asked(options: argparse.Namespace) -> Asked:
    """The meaning of the arguments of `check`. Raises ConfigError and MissingPath."""
    refuse_conflicts(options)
    paths = options.paths or [Path(".")]
    root = root_of(options.root, paths)
    unsaved = standard_input(options.stdin_filename, root) if Path("-") in paths else None
    target = Target(root, [] if unsaved is not None else paths, configured(options, root), unsaved)
    return Asked(
        target=target,
        action=_action(options),
        printing=Printing(options.output_format, options.color, options.quiet, options.verbose, options.statistics),
        fail_on=Severity[options.fail_on.upper()],
        exit_zero=options.exit_zero,
        allowed=frozenset(Safety) if options.unsafe_fixes else frozenset((Safety.SAFE,)),
        show_fixes=options.show_fixes,
        diff_base=options.diff_base,
        isolated=options.isolated,
    )


def asked_audit(options: argparse.Namespace) -> AskedAudit:
    """The meaning of the arguments of `audit`. Raises ConfigError and MissingPath."""
    root = root_of(options.root, [options.path]) if options.root is not None else root_above(options.path)
    config = project_config(root, options.isolated)
    return AskedAudit(root, options.path, config, options.format, options.output, options.color, options.exit_zero)


def root_of(given: Path | None, paths: Sequence[Path]) -> Path:
    """The project's root: as given, or the git top level above the current folder, or above a path outside of it.

    Raises MissingPath.
    """
    if given is not None:
        if not given.is_dir():
            raise MissingPath(f"{given}: no such folder (--root)")
        return given.resolve()
    root = discovery.find_root(Path.cwd())
    for path in paths:
        resolved = path.resolve()
        if str(path) != "-" and resolved.exists() and not resolved.is_relative_to(root):
            return discovery.find_root(resolved if resolved.is_dir() else resolved.parent)
    return root


def root_above(path: Path) -> Path:
    """The root of the project in which a path lies: the git top level, else the folder of a pyproject.toml, else it.

    Other than for `check`, the current folder says nothing: an audit is of the project that it names.
    Raises MissingPath.
    """
    if not path.exists():
        raise MissingPath(f"{path}: no such file or folder")
    start = path.resolve() if path.is_dir() else path.resolve().parent
    root = discovery.find_root(start)
    if (root / ".git").exists():
        return root
    return next((folder for folder in (start, *start.parents) if (folder / "pyproject.toml").is_file()), start)


def configured(options: argparse.Namespace, root: Path) -> Config:
    """The configuration of the project, changed by the options of the command line."""
    config = project_config(root, options.isolated)
    if options.select is not None:
        config = replace(config, select=options.select)
    if options.ignore is not None:
        config = replace(config, ignore=options.ignore)
    if options.baseline is not None:
        config = replace(config, baseline=str(options.baseline.absolute()))
    if options.extend_select is not None:
        config = replace(config, extend_select=(*config.extend_select, *options.extend_select))
    return config


def project_config(root: Path, isolated: bool) -> Config:
    """The configuration of the project as its file has it, or the default one where that is to be ignored."""
    return Config() if isolated else load(root)


def standard_input(name: Path | None, root: Path) -> Source:
    """The text on standard input, as the new text of a file."""
    return Source(discovery.path_inside(root, name or Path("stdin.py")), sys.stdin.buffer.read())


def _action(options: argparse.Namespace) -> Action:
    given = {
        Action.SHOW_SETTINGS: options.show_settings,
        Action.SHOW_PATCH: options.diff,
        Action.FIX_ONLY: options.fix_only,
        Action.FIX: options.fix,
        Action.ADD_NOQA: options.add_noqa,
        Action.WRITE_BASELINE: options.write_baseline,
    }
    return next((action for action, is_given in given.items() if is_given), Action.REPORT)


# Options that exclude all others, each by its attribute.
ALONE = ("write_baseline", "add_noqa", "show_settings", "diff", "fix", "fix_only")
TOGETHER = ({"fix", "fix_only"}, {"fix", "diff"})


def refuse_conflicts(options: argparse.Namespace) -> None:
    """Refuse options when one of them would be ignored. Raises ConfigError."""
    given = [name for name in ALONE if getattr(options, name)]
    if len(given) > 1 and set(given) not in TOGETHER:
        raise ConfigError(" and ".join(_flag(name) for name in given[:2]) + " cannot be given together")
    if Path("-") in options.paths and (options.write_baseline or options.add_noqa):
        raise ConfigError(f"{_flag(given[0])} needs files, not standard input")
    if options.diff_base is not None and given and given[0] != "add_noqa":
        raise ConfigError(f"--diff-base and {_flag(given[0])} cannot be given together")
    if options.unsafe_fixes and not {"fix", "diff", "fix_only"} & set(given):
        raise ConfigError("--unsafe-fixes needs --fix, --fix-only or --diff")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
