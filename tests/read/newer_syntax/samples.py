"""Code that only newer Pythons read, each with the same said in older syntax."""

from __future__ import annotations

SAMPLES = {
    "type parameters of a function": ("def f[T](a): b", "def f(a): b"),
    "type parameters of a coroutine": (
        "async def f [T: (int, c), *Ts, **P](a, *, b=[*c]): await d",
        "async def f(a, *, b=[*c]): await d",
    ),
    "type parameters with defaults": ("def f[T: int = str, *U = *tuple[int, ...]](a): b", "def f(a): b"),
    "type parameters in lines": ("def f[\n    T: 'x',  # why (\n\n    U,\n](\n    a,\n): b", "def f(a): b"),
    "type parameters after a backslash": ("def f \\\n  [T] \\\n  (a): b", "def f(a): b"),
    "type parameters of a class": ("class A[T]:\n    x: T", "class A:\n    x: T"),
    "type parameters of a class in lines": ("class A[\n    T,\n]:\n    x: T", "class A:\n    x: T"),
    "type parameters of a class with bases": (
        "@a\nclass A[T](B[T], metaclass=C): x",
        "@a\nclass A(B[T], metaclass=C): x",
    ),
    "a method in a class in a line": (
        "if a:\n    class A[T]:\n        def f[U](self): a",
        "if a:\n    class A:\n        def f(self): a",
    ),
    "f-string with its own quotes": ('x = f"{a["b"]}"', "x = f\"{a['b']}\""),
    "f-string in f-string in f-string": ('x = f"{f"{f"{a}"}"}"', "x = f\"{f'''{f'{a}'}'''}\""),
    "f-string with escapes": (
        "x = f'\\N{BULLET} \\x41\\101\\u0042\\U00000043 \\\n{a['b']}'",
        "x = f\"\u2022 AABC {a['b']}\"",
    ),
    "f-string with letters of other languages": ('x = f"ü{a["b"]} é{c}" \'ß\'', "x = f\"ü{a['b']} é{c}ß\""),
    "f-string with a comment": ('x = f"{  # why }\n    a\n}"', 'x = f"{a}"'),
    "f-string in lines": ('x = f"""\n{a["b"]}\n  {\n  c(1)}"""', "x = f'''\n{a[\"b\"]}\n  {c(1)}'''"),
    "f-string beside strings": (
        'x = ("a{" f"{b["c"]}" r"\\d"  # why\n  f"{{{d}}}")',
        "x = f\"a{{{b['c']}\\\\d{{{d}}}\"",
    ),
    "f-string with what is shown": ('x = f"{a["b"]!r:>{w}} {c = } {d:%H:%M}"', "x = f\"{a['b']} c = {c} {d}\""),
    "f-string with a tuple": ('x = f"{a["b"], *c} {d,}"', "x = f\"{(a['b'], *c)} {(d,)}\""),
    "f-string with operators": (
        'x = f"{a["b"] != c} {a == b} {(d := 1)} {e if f else g}"',
        "x = f\"{a['b'] != c} {a == b} {(d := 1)} {e if f else g}\"",
    ),
    "raw f-string": ('x = rf"\\{a["b"]}\\d"', "x = f\"\\\\{a['b']}\\\\d\""),
    "f-string that starts a tuple": ('x = f"{a["b"]}", b', "x = f\"{a['b']}\", b"),
    "f-string with nothing in it": ('x = f"" f"{a["b"]}"', "x = f\"{a['b']}\""),
    "f-string as a receiver": ('x = f"{a["b"]}".join(f"{c}"[0])', 'x = f"{a[\'b\']}".join(f"{c}"[0])'),
    "f-string that a lambda gives": ('x = lambda: f"{a["b"]}"', "x = lambda: f\"{a['b']}\""),
    "exceptions without parentheses": ("try: a\nexcept A, b.C: d", "try: a\nexcept (A, b.C): d"),
    "three exceptions": ("try: a\nexcept A, b(c)[1], D: d", "try: a\nexcept (A, b(c)[1], D): d"),
    "exception groups": ("try: a\nexcept* A, B: d", "try: a\nexcept* (A, B): d"),
    "a lazy import": ("lazy import a.b\nlazy from c import (d,\n  e)", "import a.b\nfrom c import d, e"),
    "a lazy import after another statement": ("x = 1; lazy import a", "x = 1; import a"),
    "a starred comprehension": ("x = [*a for a in b]", "x = [~a for a in b]"),
    "a starred comprehension in a call": ("x = f(*a for a in b)", "x = f(~a for a in b)"),
}
