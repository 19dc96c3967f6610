"""The house rules, read off the source without importing it; each is also shown to catch an offender.

A rule takes a root folder and returns one sentence per offence, so the same function judges this repository and
the small made-up trees below.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

COMPUTING = {"text", "series", "recurrent", "learning", "clustering"}
DOORS = {"app", "pages"}

# room → the rooms of ours that it may import, beside itself
MAY_IMPORT: Mapping[str, set[str]] = {
    "seqviz": set(),  # the package's own __init__, which all may import
    "records": set(),
    **{room: COMPUTING | {"records"} for room in COMPUTING},
    "figures": {"records"},
    "ui": COMPUTING | {"records", "figures"},
    "pages": COMPUTING | {"records", "figures", "ui"},
    "app": COMPUTING | {"records", "figures", "ui"},
}


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, and its syntax tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The part of the house it stands in: "records", "figures", …, "pages", "app"."""
        return room_of(self.name)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @cached_property
    def imports(self) -> list[str]:
        """Every module or name it imports, dotted and absolute, wherever in the file the import stands.

        Imports for the type checker alone (`if TYPE_CHECKING:`) count as well: they tie two rooms together too.
        """
        return [name for names in self._bindings for name in names.values()]

    @cached_property
    def _bindings(self) -> list[dict[str, str]]:
        """One dict an import statement: the name it binds here → the absolute name that it stands for."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.append({alias.asname or alias.name: alias.name for alias in node.names})
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node.module, node.level)
                found.append({alias.asname or alias.name: f"{base}.{alias.name}" for alias in node.names})
        return found

    def _absolute(self, module: str | None, level: int) -> str:
        if level == 0:
            return module or ""
        parts = self.name.split(".")
        kept = len(parts) - level + (1 if self.is_package else 0)
        return ".".join([*parts[:kept], *([module] if module else [])])

    def uses(self) -> Iterator[tuple[ast.AST, str]]:
        """Every plain or dotted name in the file with its aliases undone: `np.load` → "numpy.load"."""
        alias = {bound: real for names in self._bindings for bound, real in names.items()}
        for node in ast.walk(self.tree):
            name = dotted(node)
            if name:
                first, _, rest = name.partition(".")
                real = alias.get(name) or alias.get(first, first)
                yield node, real if name in alias or not rest else f"{real}.{rest}"


def dotted(node: ast.AST) -> str:
    """The name written at a node ("a.b.c"), or "" where it is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def room_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if parts[0] == "seqviz" and len(parts) > 1 else parts[0]


def house(root: Path) -> list[Module]:
    """The modules of the app: seqviz/, pages/ and app.py; tests and benchmarks live outside the house."""
    files = [*sorted(root.glob("seqviz/**/*.py")), *sorted(root.glob("pages/**/*.py")), *root.glob("app.py")]
    modules = []
    for path in files:
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        modules.append(Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path))))
    return modules


def ours(module: Module, names: set[str]) -> set[str]:
    """The modules of the house that one module imports: the longest known part of each imported name."""
    targets = set()
    for imported in module.imports:
        parts = imported.split(".")
        if parts[0] == "seqviz" or parts[0] in DOORS:
            known = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
            targets.add(next((name for name in known if name in names), imported))
    return targets - {module.name}


def imports_of(module: Module, package: str) -> bool:
    return any(name.split(".")[0] == package for name in module.imports)


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────


def imports_point_one_way(root: Path) -> list[str]:
    """records ← {text, series, recurrent, learning, clustering}; records ← figures; all ← ui ← pages, app."""
    modules = house(root)
    names = {module.name for module in modules}
    offences = []
    for module in modules:
        if module.room not in MAY_IMPORT:
            offences.append(f"{module.name} stands in no room of the house")
            continue
        for target in sorted(ours(module, names)):
            if room_of(target) not in MAY_IMPORT[module.room] | {module.room, "seqviz"}:
                offences.append(f"{module.name} imports {target}")
    return offences


def pages_do_not_know_each_other(root: Path) -> list[str]:
    modules = house(root)
    names = {module.name for module in modules}
    return [
        f"{module.name} imports {target}"
        for module in modules
        if module.room == "pages"
        for target in sorted(ours(module, names))
        if room_of(target) == "pages"
    ]


def streamlit_stays_at_the_door(root: Path) -> list[str]:
    """Only ui/, pages/ and app.py import streamlit."""
    return [
        f"{module.name} imports streamlit"
        for module in house(root)
        if module.room not in {"ui", "pages", "app"} and imports_of(module, "streamlit")
    ]


def torch_stays_in_two_places(root: Path) -> list[str]:
    """Only learning/ and recurrent/probe.py import torch."""
    return [
        f"{module.name} imports torch"
        for module in house(root)
        if module.room != "learning" and module.name != "seqviz.recurrent.probe" and imports_of(module, "torch")
    ]


def no_circles(root: Path) -> list[str]:
    """No circle among the modules, and none among the rooms: text ← series ← text would be one of rooms."""
    modules = house(root)
    names = {module.name for module in modules}
    edges = {module.name: ours(module, names) & names for module in modules}
    between: dict[str, set[str]] = {room_of(name): set() for name in names}
    for name, targets in edges.items():
        between[room_of(name)] |= {room_of(target) for target in targets} - {room_of(name)}
    return circles(edges) or circles(between)


def circles(edges: Mapping[str, set[str]]) -> list[str]:
    """One sentence for each edge that leads back to where the walk came from."""
    found: list[str] = []
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            circle = way[way.index(name) :]
            first = circle.index(min(circle))
            found.append(" → ".join([*circle[first:], *circle[:first], circle[first]]))
        elif name not in done:
            for target in sorted(edges[name]):
                walk(target, [*way, name])
            done.add(name)

    for name in sorted(edges):
        walk(name, [])
    return found


def session_state_stays_in_ui(root: Path) -> list[str]:
    """By attribute, by import or by string (getattr)."""

    def says(node: ast.AST) -> bool:
        return (
            (isinstance(node, ast.Attribute) and node.attr == "session_state")
            or (isinstance(node, ast.Name) and node.id == "session_state")
            or (isinstance(node, ast.alias) and node.name == "session_state")
            or (isinstance(node, ast.Constant) and node.value == "session_state")
        )

    return [
        f"{module.name} touches session_state on line {getattr(node, 'lineno', '?')}"
        for module in house(root)
        if module.room != "ui"
        for node in ast.walk(module.tree)
        if says(node)
    ]


PICKLES = {
    f"{package}.{name}"
    for package in ("pickle", "_pickle", "cloudpickle", "dill", "marshal")
    for name in ("load", "loads", "Unpickler")
} | {"joblib.load", "shelve.open", "pandas.read_pickle", "torch.load", "numpy.load"}


def nothing_loads_a_pickle(root: Path) -> list[str]:
    """A pickle runs code as it is read. torch.load passes with weights_only=True, np.load without allow_pickle."""
    offences = []
    for module in house(root):
        calls = {id(node.func): node for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
        for node, name in module.uses():
            settings = {k.arg: k.value for k in calls[id(node)].keywords} if id(node) in calls else None
            if name in PICKLES and not is_harmless(name, settings):
                offences.append(f"{module.name} uses {name} on line {getattr(node, 'lineno', '?')}")
    return offences


def is_harmless(name: str, settings: Mapping[str | None, ast.expr] | None) -> bool:
    """Whether a call reads no code; `settings` are its keywords, or None where the function is only mentioned."""
    if settings is None or None in settings:  # None as a keyword: **options could hold anything
        return False
    if name == "torch.load":
        value = settings.get("weights_only")
        return isinstance(value, ast.Constant) and value.value is True
    return name == "numpy.load" and "allow_pickle" not in settings


# ── the house, and the offenders ─────────────────────────────────────────────────────────────────────────────

RULES: tuple[Callable[[Path], list[str]], ...] = (
    imports_point_one_way,
    pages_do_not_know_each_other,
    streamlit_stays_at_the_door,
    torch_stays_in_two_places,
    no_circles,
    session_state_stays_in_ui,
    nothing_loads_a_pickle,
)

SOUND = {
    "app.py": "from seqviz.ui import shell\nshell.route().run()",
    "pages/start.py": "import streamlit as st\nfrom seqviz.ui import shell\nfrom seqviz.text import words",
    "pages/gates.py": "from seqviz.figures.heatmap import heatmap\nfrom seqviz.records import CellTrace",
    "seqviz/__init__.py": "",
    "seqviz/records.py": "import numpy as np",
    "seqviz/text/__init__.py": "from seqviz.text.words import words",
    "seqviz/text/words.py": "from seqviz.records import CellTrace",
    "seqviz/recurrent/__init__.py": "from .elman import Elman",
    "seqviz/recurrent/elman.py": "from ..records import CellTrace",
    "seqviz/recurrent/probe.py": "import torch\nfrom seqviz.records import CellTrace",
    "seqviz/learning/__init__.py": "",
    "seqviz/learning/model.py": (
        "import numpy as np\nimport torch\nfrom seqviz.text import words\nfrom seqviz.recurrent.elman import Elman\n"
        "def read(f):\n    return torch.load(f, weights_only=True), np.load(f)"
    ),
    "seqviz/figures/__init__.py": "",
    "seqviz/figures/theme.py": "",
    "seqviz/figures/heatmap.py": "from seqviz.figures import theme\nfrom seqviz.records import CellTrace",
    "seqviz/ui/__init__.py": "",
    "seqviz/ui/shell.py": "import streamlit as st\nfrom seqviz.learning import model\nst.session_state['a'] = 1",
}

# rule · the file put over the sound house · the one sentence expected
OFFENDERS: tuple[tuple[Callable[[Path], list[str]], str, str, str], ...] = (
    (
        imports_point_one_way,
        "seqviz/records.py",
        "import seqviz.text.words",
        "seqviz.records imports seqviz.text.words",
    ),
    (
        imports_point_one_way,
        "seqviz/figures/heatmap.py",
        "from seqviz.recurrent.elman import Elman",
        "seqviz.figures.heatmap imports seqviz.recurrent.elman",
    ),
    (
        imports_point_one_way,
        "seqviz/text/words.py",
        "def late():\n    from ..figures import theme",
        "seqviz.text.words imports seqviz.figures.theme",
    ),
    (
        imports_point_one_way,
        "seqviz/learning/model.py",
        "from seqviz.ui.shell import route",
        "seqviz.learning.model imports seqviz.ui.shell",
    ),
    (imports_point_one_way, "seqviz/ui/shell.py", "from pages import start", "seqviz.ui.shell imports pages.start"),
    (imports_point_one_way, "pages/gates.py", "import app", "pages.gates imports app"),
    (imports_point_one_way, "seqviz/helpers.py", "", "seqviz.helpers stands in no room of the house"),
    (pages_do_not_know_each_other, "pages/gates.py", "import pages.start", "pages.gates imports pages.start"),
    (pages_do_not_know_each_other, "pages/gates.py", "from . import start", "pages.gates imports pages.start"),
    (
        streamlit_stays_at_the_door,
        "seqviz/figures/heatmap.py",
        "import streamlit as st",
        "seqviz.figures.heatmap imports streamlit",
    ),
    (
        streamlit_stays_at_the_door,
        "seqviz/learning/model.py",
        "def late():\n    from streamlit.runtime import exists",
        "seqviz.learning.model imports streamlit",
    ),
    (
        torch_stays_in_two_places,
        "seqviz/recurrent/elman.py",
        "from torch import nn",
        "seqviz.recurrent.elman imports torch",
    ),
    (torch_stays_in_two_places, "pages/gates.py", "import torch.nn.functional as F", "pages.gates imports torch"),
    (
        no_circles,
        "seqviz/text/words.py",
        "from seqviz.text import something",
        "seqviz.text → seqviz.text.words → seqviz.text",
    ),
    (no_circles, "seqviz/text/other.py", "from seqviz.learning import model", "learning → text → learning"),
    (session_state_stays_in_ui, "pages/gates.py", "st.session_state", "pages.gates touches session_state on line 1"),
    (
        session_state_stays_in_ui,
        "pages/gates.py",
        "\nfrom streamlit import session_state as s",
        "pages.gates touches session_state on line 2",
    ),
    (
        session_state_stays_in_ui,
        "seqviz/figures/heatmap.py",
        "getattr(st, 'session_state')",
        "seqviz.figures.heatmap touches session_state on line 1",
    ),
    (
        nothing_loads_a_pickle,
        "seqviz/text/words.py",
        "import pickle as p\np.load(f)",
        "seqviz.text.words uses pickle.load on line 2",
    ),
    (
        nothing_loads_a_pickle,
        "seqviz/text/words.py",
        "from pickle import loads as read\nread(b)",
        "seqviz.text.words uses pickle.loads on line 2",
    ),
    (
        nothing_loads_a_pickle,
        "seqviz/learning/model.py",
        "import torch\ntorch.load(f)",
        "seqviz.learning.model uses torch.load on line 2",
    ),
    (
        nothing_loads_a_pickle,
        "seqviz/learning/model.py",
        "import torch\ntorch.load(f, weights_only=False)",
        "seqviz.learning.model uses torch.load on line 2",
    ),
    (
        nothing_loads_a_pickle,
        "seqviz/learning/model.py",
        "import torch\nload = torch.load",
        "seqviz.learning.model uses torch.load on line 2",
    ),
    (
        nothing_loads_a_pickle,
        "seqviz/records.py",
        "import numpy as np\nnp.load(f, allow_pickle=True)",
        "seqviz.records uses numpy.load on line 2",
    ),
)


def build(root: Path, files: Mapping[str, str]) -> Path:
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return root


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_its_rules(rule: Callable[[Path], list[str]]) -> None:
    assert rule(ROOT) == []


def test_there_is_a_house_to_judge() -> None:
    assert {"records", "recurrent", "figures", "ui"} <= {module.room for module in house(ROOT)}


@pytest.mark.parametrize("rule", RULES)
def test_a_sound_tree_passes(rule: Callable[[Path], list[str]], tmp_path: Path) -> None:
    assert rule(build(tmp_path, SOUND)) == []


@pytest.mark.parametrize(("rule", "file", "source", "sentence"), OFFENDERS)
def test_an_offender_is_named(
    rule: Callable[[Path], list[str]], file: str, source: str, sentence: str, tmp_path: Path
) -> None:
    assert rule(build(tmp_path, {**SOUND, file: source})) == [sentence]


def test_every_rule_has_an_offender() -> None:
    assert {offender[0] for offender in OFFENDERS} == set(RULES)
