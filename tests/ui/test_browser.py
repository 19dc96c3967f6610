"""The scripts and styles of every component: one module that parses, the theme's colours, no way in for markup."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from seqviz.figures import theme
from seqviz.ui import components  # noqa: F401  its component is declared on import
from seqviz.ui.browser import DECLARED, Parts
from seqviz.ui.clustering import groups, similarity, ways  # noqa: F401  the same
from seqviz.ui.gates import component, whiteboard  # noqa: F401  the same
from seqviz.ui.kmeans import component as kmeans_component  # noqa: F401  the same
from seqviz.ui.shell import ASSETS
from seqviz.ui.training import back, inside_component  # noqa: F401  the same
from seqviz.ui.training import component as training_component  # noqa: F401  the same

NODE = shutil.which("node")


@pytest.fixture(params=sorted(DECLARED))
def parts(request: pytest.FixtureRequest) -> Parts:
    return DECLARED[request.param]


def test_every_script_and_style_belongs_to_a_component():
    files = {path.relative_to(ASSETS).as_posix() for path in ASSETS.glob("*/*.*") if path.suffix in (".js", ".css")}
    assert {name for declared in DECLARED.values() for name in (*declared.scripts, *declared.styles)} == files


def test_every_script_is_in_it_once(parts: Parts):
    for name in parts.scripts:
        assert parts.js.count((ASSETS / name).read_text(encoding="utf-8").strip()) == 1, name


def test_it_is_one_module_with_one_door(parts: Parts):
    assert len(re.findall(r"^export ", parts.js, re.MULTILINE)) == 1
    assert re.search(r"^export default doorTo\(\w+\);", parts.js, re.MULTILINE)
    assert not re.search(r"^\s*import[\s({]", parts.js, re.MULTILINE)  # mounted inline: nothing to import from
    names = re.findall(r"^(?:const|let|class|function)\s+(\w+)", parts.js, re.MULTILINE)
    assert sorted(names) == sorted(set(names))


@pytest.mark.skipif(NODE is None, reason="no node on the PATH")
def test_it_parses_as_a_module(parts: Parts, tmp_path: Path):
    path = tmp_path / "joined.mjs"
    path.write_text(parts.js, encoding="utf-8")
    answer = subprocess.run([str(NODE), "--check", str(path)], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    (name, *_) = re.findall(r"^(?:const|class|function) (\w+)", parts.js, re.MULTILINE)
    path.write_text(f"{parts.js}\nconst {name} = 1;\n", encoding="utf-8")  # the check would see a name used twice
    answer = subprocess.run([str(NODE), "--check", str(path)], capture_output=True, text=True, timeout=60)
    assert answer.returncode != 0


def test_user_text_has_no_way_to_become_markup(parts: Parts):
    """Streamlit does not clean a component's markup: everything goes in through textContent and attributes."""
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert word not in parts.js, word
    assert re.findall(r"https?://(?!www\.w3\.org/)", parts.js) == []  # no network


def test_the_style_sheet_uses_colours_of_the_theme_only(parts: Parts):
    declared = set(re.findall(r"(--sv-[\w-]+)\s*:", theme.css_variables()))
    used = set(re.findall(r"var\((--sv-[\w-]+)", parts.css + parts.js))
    assert used
    assert used <= declared
    assert parts.css.count("{") == parts.css.count("}")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(", parts.css.removeprefix(theme.css_variables()))
