"""What the arguments of a command mean: one frozen value for `check`, and one for `audit`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from async_db_lint.audit.connections import ONE_PROCESS, Deployment
from async_db_lint.read import discovery, disk
from async_db_lint.read.discovery import MissingPath
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Safety
from async_db_lint.rule.finding import Severity
from async_db_lint.run.examine import Target
from async_db_lint.run.kept_indexes import KeptIndexes
from async_db_lint.settings.config import Config
from async_db_lint.settings.keys import ConfigError
from async_db_lint.settings.load import load, load_file


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

    `allowed` are the kinds of fixes that may be made, `fail_on` the lowest severity that fails the command.
    """

    target: Target
    action: Action
    printing: Printing
    fail_on: Severity
    exit_zero: bool
    allowed: frozenset[Safety]
    show_fixes: bool
    diff_base: str | None


@dataclass(frozen=True, slots=True)
class AskedAudit:
    """What an `audit` command asks for; without `output`, the audit is printed."""

    root: Path
    path: Path
    config: Config
    format: str | None
    output: Path | None
    color: str
    fail_on: Severity
    exit_zero: bool
    kept: KeptIndexes | None
    compare: Path | None = None
    deployment: Deployment = ONE_PROCESS


def asked(options: argparse.Namespace) -> Asked:
    """The meaning of the arguments of `check`. Raises ConfigError and MissingPath."""
    refuse_conflicts(options)
    paths = options.paths or [options.root or Path(".")]
    root = root_of(options.root, paths)
    unsaved = standard_input(options.stdin_filename, root) if Path("-") in paths else None
    targets = [] if unsaved is not None else paths
    target = Target(root, targets, configured(options, root), unsaved, kept_indexes(options, root))
    return Asked(
        target=target,
        action=_action(options),
        printing=Printing(options.output_format, options.color, options.quiet, options.verbose, options.statistics),
        fail_on=Severity[options.fail_on.upper()],
        exit_zero=options.exit_zero,
        allowed=frozenset(Safety) if options.unsafe_fixes else frozenset((Safety.SAFE,)),
        show_fixes=options.show_fixes,
        diff_base=options.diff_base,
    )


def asked_audit(options: argparse.Namespace) -> AskedAudit:
    """The meaning of the arguments of `audit`. Raises ConfigError and MissingPath."""
    if not disk.exists(options.path):
        raise MissingPath(f"{options.path}: no such file or folder")
    root = root_of(options.root, [options.path])
    config = project_config(root, options.isolated, options.config)
    return AskedAudit(
        root=root,
        path=options.path,
        config=config,
        format=options.format,
        output=options.output,
        color=options.color,
        fail_on=Severity[options.fail_on.upper()],
        exit_zero=options.exit_zero,
        kept=kept_indexes(options, root),
        compare=options.compare,
        deployment=Deployment(options.workers, options.instances, options.max_connections),
    )


def kept_indexes(options: argparse.Namespace, root: Path) -> KeptIndexes | None:
    """The indexes that are kept for a project; None where nothing is kept."""
    if options.no_cache or options.remembered_as is None:
        return None
    return KeptIndexes.of_project(root, options.cache_dir)


def root_of(given: Path | None, paths: Sequence[Path]) -> Path:
    """The project's root: as given, or the one in which the paths lie. Raises MissingPath."""
    if given is not None:
        if not disk.is_folder(given):
            raise MissingPath(f"{given}: no such folder (--root)")
        return Path(disk.real(given))
    places = [Path.cwd() if str(path) == "-" else path for path in paths]
    roots = {discovery.find_root(path) for path in places if disk.exists(path)} or {discovery.find_root(Path.cwd())}
    root = Path(os.path.commonpath(roots))
    if root in (Path.home(), Path(root.anchor)):
        what = "your home folder" if root == Path.home() else "the whole file system"
        raise MissingPath(f"{root}: this is {what}, not a project; name the project's folder, or give --root")
    return root


def configured(options: argparse.Namespace, root: Path) -> Config:
    """The configuration of the project, changed by the options of the command line."""
    config = project_config(root, options.isolated, options.config)
    if options.select is not None:
        config = replace(config, select=options.select, said=config.said | {"select"})
    if options.ignore is not None:
        config = replace(config, ignore=options.ignore, said=config.said | {"ignore"})
    if options.baseline is not None:
        config = replace(config, baseline=str(options.baseline.absolute()))
    if options.extend_select is not None:
        config = replace(config, added=options.extend_select)
    return config


def project_config(root: Path, isolated: bool, given: Path | None) -> Config:
    """The configuration of the project as its file has it, that of a file, or the default one. Raises ConfigError."""
    if isolated:
        return Config(has_nested=False)
    return load(root) if given is None else load_file(given)


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
