"""The house stays small: short files and functions, each module on a layer, no room for what has no name."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.settings import Settings
from tests.servers import ROOT

PRODUCT = ("portal_app", "integrations")
EVERYTHING = (*PRODUCT, "tests", "bench")
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40
NAMELESS = re.compile(r"(^|_)(utils?|helpers?|managers?|handlers?|misc|common|v\d)(_|$)", re.IGNORECASE)


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_long() -> None:
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(*EVERYTHING)}
    assert {name: length for name, length in lengths.items() if length > LINES_OF_A_FILE} == {}


def test_no_function_of_the_product_is_long() -> None:
    long = {}
    for path in files(*PRODUCT):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LINES_OF_A_FUNCTION:
                    long[f"{place(path)}:{node.name}"] = length
    assert long == {}


def test_every_module_bears_the_name_of_a_thing() -> None:
    assert [place(path) for path in files(*PRODUCT) if NAMELESS.search(path.stem)] == []


def test_alembic_is_no_package() -> None:
    assert not (ROOT / "alembic/__init__.py").exists()


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, list[str]]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def test_every_module_stands_on_a_layer(contracts: dict[str, dict[str, list[str]]]) -> None:
    layered = {name.strip() for layer in contracts["layers"]["layers"] for name in re.split(r"[|:]", layer)}
    folders = [path for path in (ROOT / "portal_app").iterdir() if path.is_dir() and list(path.glob("*.py"))]
    modules = [path for path in (ROOT / "portal_app").glob("*.py") if path.stem != "__init__"]
    there = {f"portal_app.{path.stem}" for path in [*folders, *modules]} | {"integrations"}
    assert there - layered == set()


def test_the_contracts_that_the_layers_cannot_express_are_there(contracts: dict[str, dict[str, list[str]]]) -> None:
    assert contracts.keys() == {"layers", "without-reflex", "pages-only-draw", "adapters-see-ports"}


def test_every_setting_is_in_the_operators_table() -> None:
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`PORTAL_{name.upper()}`" not in table] == []
