"""A page opened as an address shows it to a new visitor, and what then stands on it, for all tests of the pages."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def open_page(script: str, visit: object = None, /, **address: str | list[str]) -> AppTest:
    """`script` as the address shows it: to a new visitor, or to one whose `visit` began on another page."""
    page = AppTest.from_file(ROOT / script, default_timeout=60)
    if visit is not None:
        page.session_state["visit"] = visit
    for name, value in address.items():
        page.query_params[name] = value
    return page.run()


def drawn(page: AppTest) -> dict[str, Any]:
    """What the component was given; AppTest has no reader of its own for it."""
    assert [error.value for error in page.exception] == []
    (component,) = page.get("bidi_component")
    data: dict[str, Any] = json.loads(component.proto.json)
    return data


def said(page: AppTest) -> str:
    """Everything in words on the page, its invisible word joiners taken out."""
    every = [*page.markdown, *page.warning, *page.info, *page.text, *page.caption]
    return " ".join(str(element.value) for element in every).replace("\u2060", "").replace("\\", "")


def values(sent: Any) -> np.ndarray[Any, Any]:
    """An array of a figure, whether it travels as a list or as bytes."""
    if isinstance(sent, list):
        return np.array(sent, dtype=float)
    array = np.frombuffer(base64.b64decode(sent["bdata"]), dtype=sent["dtype"]).astype(float)
    return array.reshape([int(length) for length in sent["shape"].split(",")]) if "shape" in sent else array
