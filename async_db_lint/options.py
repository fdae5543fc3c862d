"""What the arguments of a command mean: its root, configuration and input."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from async_db_lint import discovery
from async_db_lint.config import Config, load
from async_db_lint.discovery import MissingPath
from async_db_lint.settings_keys import ConfigError
from async_db_lint.source import Source


def root_of(options: argparse.Namespace, paths: list[Path]) -> Path:
    """The project's root: as given, or the git top level above the current folder, or above a path outside of it."""
    if options.root is not None:
        if not options.root.is_dir():
            raise MissingPath(f"{options.root}: no such folder (--root)")
        return Path(options.root.resolve())
    root = discovery.find_root(Path.cwd())
    for path in paths:
        resolved = path.resolve()
        if str(path) != "-" and resolved.exists() and not resolved.is_relative_to(root):
            return discovery.find_root(resolved if resolved.is_dir() else resolved.parent)
    return root


def configured(options: argparse.Namespace, root: Path) -> Config:
    """The configuration of the project, with what the command line says instead or besides."""
    config = settled(options, root)
    if options.select is not None:
        config = replace(config, select=options.select)
    if options.ignore is not None:
        config = replace(config, ignore=options.ignore)
    if options.baseline is not None:
        config = replace(config, baseline=str(options.baseline.absolute()))
    if options.extend_select is not None:
        config = replace(config, extend_select=(*config.extend_select, *options.extend_select))
    return config


def settled(options: argparse.Namespace, root: Path) -> Config:
    """The configuration of the project as its file has it, or the default one where that is to be ignored."""
    return Config() if options.isolated else load(root)


def standard_input(options: argparse.Namespace, root: Path) -> Source:
    """The text on standard input, as the file that it stands for."""
    name = options.stdin_filename or Path("stdin.py")
    return Source(discovery.path_inside(root, name), sys.stdin.buffer.read())


# What can be asked for only by itself, each by its attribute.
ALONE = ("write_baseline", "add_noqa", "show_settings", "diff", "fix", "fix_only")
TOGETHER = ({"fix", "fix_only"}, {"fix", "diff"})


def refuse_conflicts(options: argparse.Namespace) -> None:
    """Refuse options of which one would be ignored. Raises ConfigError."""
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
