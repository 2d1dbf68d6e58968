"""The house: who imports whom, what is exported, and how large things are."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bitrix_async
from bitrix_async import errors, hooks, journal, report, testing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(bitrix_async.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

# Module (by its path) -> what it may import of this package and of third parties. The
# first row that matches counts. Type-checking imports of `_call` by errors.py and back
# are the one circle, and exist for the checker only.
MAY_IMPORT: list[tuple[str, set[str]]] = [
    ("errors.py", {"_call", "_masks"}),
    ("_version.py", set()),
    ("_masks.py", set()),
    ("_numbers.py", {"attrs"}),
    ("_call.py", {"attrs", "_masks", "errors", "typing_extensions"}),
    ("sansio/json.py", {"orjson"}),
    ("sansio/*", {"attrs", "_call", "_masks", "_numbers", "errors", "sansio"}),
    ("_refusals.py", {"_masks"}),
    ("_scalars.py", {"_refusals"}),
    ("_containers.py", {"cattrs", "_refusals"}),
    ("_models.py", {"attrs", "cattrs", "_containers", "_refusals"}),
    (
        "_convert.py",
        {"cattrs", "_call", "_containers", "_masks", "_models", "_refusals", "_scalars"}
        | {"errors"},
    ),
    ("_transport.py", {"aiohttp", "attrs", "_numbers", "_version", "errors"}),
    ("hooks.py", {"attrs", "_call", "_masks", "errors"}),
    ("otel.py", {"opentelemetry", "_masks", "_version", "errors", "hooks"}),
    ("_buckets.py", {"sansio"}),
    ("_closing.py", {"anyio"}),
    ("_stores.py", {"sansio"}),
    ("_oauth.py", {"attrs", "_stores", "sansio"}),
    ("_gateway.py", {"_stores", "_transport", "errors", "hooks", "sansio"}),
    ("_waiters.py", {"_call", "errors", "sansio"}),
    (
        "_dispatch.py",
        {"anyio", "_buckets", "_call", "_convert", "_gateway", "_stores", "_transport"}
        | {"_waiters", "errors", "hooks", "sansio"},
    ),
    (
        "_jobs.py",
        {"anyio", "_call", "_convert", "_dispatch", "_waiters", "errors", "sansio"},
    ),
    ("_rows.py", {"_call", "_convert", "_dispatch", "_masks", "errors", "sansio"}),
    ("_journal_file.py", {"errors"}),
    ("_journal_moves.py", {"sansio"}),
    (
        "_journal_book.py",
        {"attrs", "_call", "_journal_file", "_journal_moves", "errors", "sansio"},
    ),
    ("journal.py", {"_journal_book", "_journal_file", "sansio"}),
    (
        "_recorder.py",
        {"_journal_book", "_journal_file", "_journal_moves", "errors", "sansio"},
    ),
    ("_sources.py", {"attrs", "_call", "sansio"}),
    (
        "_review.py",
        {"_call", "_journal_book", "_recorder", "_sources", "errors", "sansio"},
    ),
    ("_intake.py", {"_call", "_recorder", "_review", "_sources", "errors", "sansio"}),
    ("_lookout.py", {"anyio", "attrs", "_dispatch", "_recorder", "errors", "sansio"}),
    ("_gate.py", {"_dispatch", "_recorder", "_transport", "errors", "sansio"}),
    ("_ping.py", {"_call", "_dispatch", "errors", "sansio"}),
    (
        "_run.py",
        {"anyio", "_call", "_closing", "_dispatch", "_gate", "_intake", "_jobs"}
        | {"_lookout", "_ping", "_recorder", "_review", "_sources", "errors", "sansio"},
    ),
    (
        "_observed.py",
        {"attrs", "_call", "_dispatch", "_jobs", "_rows", "_transport", "_waiters"}
        | {"errors", "hooks", "sansio"},
    ),
    ("_settings.py", {"_call", "_numbers", "_oauth", "_run", "sansio"}),
    (
        "_session.py",
        {"attrs", "_call", "_closing", "_convert", "_jobs", "_oauth", "_observed"}
        | {"_recorder", "_rows", "_run", "_settings", "_sources", "_transport"}
        | {"errors", "hooks", "sansio"},
    ),
    (
        "__init__.py",
        {"_call", "_oauth", "_run", "_session", "_stores", "_transport", "_version"}
        | {"errors", "journal", "sansio"},
    ),
    ("__main__.py", {"cli"}),
    ("report/*", {"attrs", "_masks", "_version", "journal", "report"}),
    ("rest/*", {"attrs", "_call", "rest"}),
    ("testing/http.py", {"aiohttp", "attrs", "_transport", "testing"}),
    ("testing/plugin.py", {"pytest", "bitrix_async", "testing"}),
    ("testing/*", {"attrs", "orjson", "_call", "_transport", "errors", "testing"}),
    (
        "cli/*",
        {"click", "rich", "attrs", "bitrix_async", "cli", "journal", "report", "rest"}
        | {"testing"},
    ),
]

# What has no business in the pure core, beside other people's packages.
IMPURE = {"asyncio", "time", "random", "logging", "socket", "threading", "secrets"}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports_of(path: Path) -> Iterator[str]:
    """What a file imports: `_call` for this package's modules, `attrs` for others."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module or ""]
            if node.module == "bitrix_async":
                names = [f"bitrix_async.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] != "bitrix_async":
                yield parts[0]
            elif len(parts) > 1 and module(parts[1]):
                yield parts[1]
            else:
                yield "bitrix_async"


def module(name: str) -> bool:
    return (ROOT / f"{name}.py").exists() or (ROOT / name).is_dir()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_who_imports_whom(path: Path) -> None:
    """Arrows point one way, and a third party has one or two named importers."""
    name = str(path.relative_to(ROOT))
    allowed = next(allowed for pattern, allowed in MAY_IMPORT if fnmatch(name, pattern))
    foreign = {
        one
        for one in imports_of(path)
        if one not in sys.stdlib_module_names and one not in allowed
    }

    assert foreign == set()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "sansio").glob("*.py")), ids=lambda path: path.name
)
def test_the_core_is_pure(path: Path) -> None:
    """No await, no clock, no randomness, no logging in sansio."""
    tree = tree_of(path)

    assert not IMPURE & set(imports_of(path))
    assert not any(
        isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor)
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sizes(path: Path) -> None:
    """No module above 400 lines, no function above 40 without its docstring."""
    assert path.read_text().count("\n") <= 400
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node, clean=False)
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length - (doc.count("\n") + 1 if doc else 0) <= 40, node.name


def test_public_names_are_sorted_and_there() -> None:
    """Each name of the tree of errors among them."""
    assert sorted(bitrix_async.__all__) == bitrix_async.__all__
    for name in bitrix_async.__all__:
        assert hasattr(bitrix_async, name)
    assert set(errors.__all__) <= set(bitrix_async.__all__)


@pytest.mark.parametrize(
    "package", [bitrix_async, errors, hooks, journal, report, testing]
)
def test_public_names_say_what_they_are(package: ModuleType) -> None:
    """Each class, its methods and properties, and each function has a docstring."""
    silent = [
        f"{name}.{member}" if member else name
        for name in package.__all__
        for member, value in [("", getattr(package, name)), *members(package, name)]
        if (inspect.isclass(value) or inspect.isroutine(value))
        and not inspect.getdoc(value)
    ]

    assert silent == []


def members(package: ModuleType, name: str) -> Iterator[tuple[str, object]]:
    """What a public class has of its own, functions for properties."""
    value = getattr(package, name)
    for member, own in vars(value).items() if inspect.isclass(value) else ():
        if not member.startswith("_"):
            yield member, own.fget if isinstance(own, property) else own


def test_every_error_is_drawn() -> None:
    """The tree in the docstring is the tree."""
    for name in errors.__all__:
        assert name in (errors.__doc__ or "")


def test_importing_the_package_imports_no_wrapper() -> None:
    """Nor the command line, nor the portal for tests, nor OpenTelemetry."""
    code = (
        "import sys, bitrix_async; "
        "print([m for m in sys.modules if m.startswith('bitrix_async.')"
        " and m.split('.')[1] in ('rest', 'testing', 'cli', 'otel')])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert out.stdout.strip() == "[]"
