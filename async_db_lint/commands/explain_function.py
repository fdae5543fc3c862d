"""The `explain-function` command: the name of a function in, what it does to sessions out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from async_db_lint.commands.arguments import project_config, root_of
from async_db_lint.commands.audit import shown_from
from async_db_lint.exits import CLEAN, FAILED
from async_db_lint.index.scopes import Function, Module
from async_db_lint.read import disk
from async_db_lint.read.discovery import MissingPath, path_inside
from async_db_lint.report.as_effects import qualified, render
from async_db_lint.report.terminal import escaped
from async_db_lint.run.examine import Target, examine
from async_db_lint.settings.keys import ConfigError, nearest


def explain_function(options: argparse.Namespace) -> int:
    """Print what a function does to sessions and connections; returns the exit status."""
    try:
        print(_explained(options))
    except (ConfigError, MissingPath) as error:
        print(f"error: {escaped(str(error))}", file=sys.stderr)
        return FAILED
    return CLEAN


def _explained(options: argparse.Namespace) -> str:
    """The effects of the functions of that name. Raises ConfigError and MissingPath."""
    file, _, name = str(options.function).rpartition(":")
    if not disk.is_file(file):
        raise MissingPath(
            f"{options.function}: no such file; write `path/to/file.py:function` or `file.py:Class.method`"
        )
    root = root_of(options.root, [Path(file)])
    found = examine(Target(root, [Path(file)], project_config(root, isolated=False, given=None)))
    module = found.indexed.modules.get(path_inside(root, Path(file)))
    if module is None:
        raise MissingPath(f"{file}: it cannot be read, or is excluded")
    project = found.indexed.project(found.config)
    shown = shown_from(root)
    texts = [render(project, function, shown) for function in _named(module, name)]
    return "\n".join(escaped(line) for line in "\n\n".join(texts).split("\n"))


def _named(module: Module, name: str) -> list[Function]:
    """The functions of a file that a name means, with or without what they are in. Raises MissingPath."""
    functions = [scope for scope in module.inner() if isinstance(scope, Function) and not scope.is_lambda]
    named = [item for item in functions if f".{qualified(item)}".endswith(f".{name}")]
    if not named:
        raise MissingPath(
            f"{module.path}: no function `{name}`{nearest(name, {qualified(item) for item in functions})}"
        )
    return named
