"""Keyword arguments: written out, in splatted dicts, certainly absent, or not certain."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Literal
from async_db_lint.project.inference.options import option
from async_db_lint.project.project import Project
from tests.project.inference.parts import call
from tests.projects import project

ABSENT = "absent"
UNCERTAIN = "uncertain"


def asked(found: Project) -> object:
    """The option `echo` of the call of `target`: its value, or whether it is certainly absent."""
    answer = option(found.inference, call(found, "target"), "echo")
    if answer.value is None:
        return ABSENT if answer.is_certain else UNCERTAIN
    assert answer.is_certain
    return answer.value.value if isinstance(answer.value, Literal) else "other"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ("", ABSENT),
        ("echo", ABSENT),
        ("size=1", ABSENT),
        ("echo=True", True),
        ("echo=read()", "other"),
        ("**unknown, echo=True", True),
        ("**{}", ABSENT),
        ("**{'echo': True}", True),
        ("**{'size': 1}", ABSENT),
        ("**{'size': 1, 'echo': True}", True),
        ("**{**{'echo': True}}", True),
        ("**{**{'size': 1}}", ABSENT),
        ("**{**{'size': 1}, 'echo': True}", True),
        ("**{**unknown, 'echo': True}", True),
        ("**{**unknown}", UNCERTAIN),
        ("**{**unknown, 'size': 1}", UNCERTAIN),
        ("**{**unknown, **{'size': 1}}", UNCERTAIN),
        ("**{**{'size': 1}, **unknown}", UNCERTAIN),
        ("**{**unknown, **{'echo': True}}", True),
        ("**{KEY: True}", UNCERTAIN),
        ("**{KEY: True, 'size': 1}", UNCERTAIN),
        ("**dict()", ABSENT),
        ("**dict(echo=True)", True),
        ("**dict(size=1)", ABSENT),
        ("**dict(**{'echo': True})", True),
        ("**dict(size=1, **unknown)", UNCERTAIN),
        ("**read(echo=True)", UNCERTAIN),
        ("**unknown", UNCERTAIN),
        ("**unknown, **{'echo': True}", True),
        ("**{'size': 1}, **{'echo': True}", True),
        ("**{'size': 1}, **{'other': 1}", ABSENT),
        ("**unknown, **{'size': 1}", UNCERTAIN),
        ("**{'size': 1}, **unknown", UNCERTAIN),
        ("**[('echo', True)]", UNCERTAIN),
    ],
)
def test_an_option_is_written_out_or_in_a_dict(arguments: str, wanted: object) -> None:
    assert asked(project(f"target({arguments})")) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("O = {'echo': True}", True),
        ("O = {'size': 1}", ABSENT),
        ("O = dict(echo=True)", True),
        ("BASE = {'echo': True}\nO = {**BASE, 'size': 1}", True),
        ("BASE = {'echo': True}\nO = BASE", True),
        ("O = {'echo': False}\nO = {'echo': True}", True),
        ("from db import O", True),
        ("from db import *", True),
        ("", UNCERTAIN),
        ("O = read()", UNCERTAIN),
        ("O = None", UNCERTAIN),
        ("from somewhere import O", UNCERTAIN),
        ("def O(): pass", UNCERTAIN),
        (
            """
            if URL:
                O = {'echo': True}
            else:
                O = {'size': 1}
            """,
            UNCERTAIN,
        ),
    ],
)
def test_a_splatted_name_is_read_when_one_dict_is_bound_to_it(text: str, wanted: object) -> None:
    assert asked(project({"app.py": f"{dedent(text)}\ntarget(**O)", "db.py": "O = {'echo': True}"})) == wanted


@pytest.mark.parametrize(
    "change",
    [
        "O['echo'] = False",
        "settings.O['echo'] = False",
        "O.update(more)",
        "O.setdefault('echo', False)",
        "O.pop('echo')",
        "later = lambda: O.update(more)",
        "settings.O.update(more)",
    ],
)
def test_a_dict_that_is_changed_in_its_file_is_not_certain(change: str) -> None:
    assert asked(project(f"O = {{'echo': True}}; {change}\ntarget(**O)")) == UNCERTAIN


@pytest.mark.parametrize(
    "other",
    [
        "P['echo'] = False",
        "P.update(O)",
        "O.items()",
        "O.get('echo')",
        "O.echo = False",
        "update(O)",
        "read()['echo'] = 1",
    ],
)
def test_a_dict_that_is_only_read_is_certain(other: str) -> None:
    assert asked(project(f"O = {{'echo': True}}; {other}\ntarget(**O)")) is True


@pytest.mark.parametrize("change", ["O['echo'] = False", "O.update(more)"])
def test_a_dict_of_the_same_name_in_another_file_may_change(change: str) -> None:
    files = {"app.py": "O = {'echo': True}\ntarget(**O)", "db.py": f"O = {{}}\n{change}"}
    assert asked(project(files)) is True


def test_a_dict_is_read_through_the_module_that_holds_it() -> None:
    files = {"app.py": "import db\ntarget(**db.O)", "db.py": "O = {'echo': True}"}
    assert asked(project(files)) is True
    assert (
        asked(
            project(
                {
                    **files,
                    "app.py": """
                        import db
                        db.O['echo'] = 1
                        target(**db.O)
                    """,
                }
            )
        )
        == UNCERTAIN
    )


def test_an_option_comes_with_the_place_where_it_is_written() -> None:
    found = project({"app.py": "from db import O\ntarget(**O)\n", "db.py": "O = {'echo': URL}\n"})
    assert option(found.inference, call(found, "target"), "echo").place.scope.module.path == "db.py"


@pytest.mark.parametrize("arguments", ["echo=URL", "**{'echo': URL}", ""])
def test_an_option_that_is_written_in_the_call_has_its_place(arguments: str) -> None:
    found = project(f"def f():\n    target({arguments})\n")
    assert option(found.inference, call(found, "target"), "echo").place.scope.name == "f"
