"""/ : says what this is, shows the network at work, and leads to every page there is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from seqviz.ui.components import unrolled_data
from seqviz.ui.compute import experiment
from seqviz.ui.settings import Settings
from seqviz.ui.shell import PAGES
from tests.pages.opening import drawn, open_page


def component_data(page: AppTest) -> dict[str, Any]:
    """What the drawing, which is that of /unrolled, was given."""
    data = drawn(page)
    assert [component.proto.component_name for component in page.get("bidi_component")] == ["seqviz_unrolled"]
    return data


@pytest.mark.parametrize("script", ["app.py", "pages/start.py"])
def test_it_opens_with_the_title_and_without_a_complaint(script: str):
    page = open_page(script)
    component_data(page)
    assert [title.value for title in page.title] == ["See a recurrent network compute"]
    assert len(page.warning) == len(page.info) == len(page.error) == 0


def test_the_drawing_is_hello_small_and_playing():
    data = component_data(open_page("app.py"))
    assert data.pop("compact") is True
    assert data.pop("autoplay") is True
    assert data.pop("backward") is None  # it plays forward only
    wanted = json.loads(json.dumps(unrolled_data(experiment(Settings()))))
    assert data == {name: value for name, value in wanted.items() if name != "backward"}
    assert data["tokens"] == ["h", "e", "l", "l"]
    assert "address" not in data  # what plays here is no setting of /unrolled


def test_there_is_a_card_for_each_page_and_none_for_itself():
    page = open_page("app.py")
    others = [other for other in PAGES if other.url_path]
    assert [card.value for card in page.subheader] == [other.title for other in others]
    links = [link.proto for link in page.get("page_link")]
    assert [link.label for link in links] == [f"Open {other.title}" for other in others]
    assert [link.page for link in links] == [other.url_path for other in others]
    said = [text.value for text in [*page.markdown, *page.caption]]
    for other in others:
        assert other.summary in said
        assert other.doing in said


def test_it_asks_for_nothing():
    """No control before the first look: a reader only has to watch."""
    page = open_page("app.py")
    for kind in ("text_input", "selectbox", "slider", "button", "toggle", "number_input", "radio"):
        assert len(page.get(kind)) == 0, kind


@pytest.mark.parametrize("address", [{"text": "<script>", "hidden": "99"}, {"typed": "[" * 3000}, {"at": "x", "": "y"}])
def test_an_address_full_of_nonsense_changes_nothing(address: dict[str, str]):
    assert component_data(open_page("app.py", **address)) == component_data(open_page("app.py"))


def test_from_here_to_the_network_and_back():
    page = open_page("app.py")
    page.switch_page("pages/unrolled.py").run()
    assert component_data(page)["tokens"] == ["h", "e", "l", "l"]
    assert [title.value for title in page.title] == ["Unrolled RNN"]
    page.switch_page("pages/start.py").run()
    assert component_data(page)["autoplay"] is True
