"""What every page owes its reader, asked of each row of the page list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from seqviz.ui.shell import PAGES
from tests.browser.reading import Visitor

ADDRESSES = [page.url_path for page in PAGES]


def links(page: Page) -> set[str]:
    """The pages of the app that the page has a link to, by address without slashes (downloads left out)."""
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    own = urlsplit(page.url).netloc
    found = {urlsplit(href).path.strip("/") for href in hrefs if urlsplit(href).netloc == own}
    return {path for path in found if not path.startswith("media/")}


def heading(page: Page) -> str:
    assert page.locator("h1").count() == 1
    return page.locator("h1").inner_text()


@pytest.mark.parametrize("address", ADDRESSES)
def test_first_visitor_lands_where_the_link_says(address: str, open_page: Any, fresh_server: Any) -> None:
    """In a new process: Streamlit's older pages mode must not get the visitor (a sleeping app is woken like this)."""
    page = open_page(f"/{address}", server=fresh_server)
    assert urlsplit(page.url).path.strip("/") == address
    assert links(page) == set(ADDRESSES)  # that mode links the files, /start among them
    if address:
        assert heading(page) == next(p.title for p in PAGES if p.url_path == address)
    else:
        assert heading(page)
    assert page.get_by_test_id("stException").count() == 0
    assert open_page.console_errors == []
    assert "Traceback" not in fresh_server.log


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_serious_accessibility_finding(
    address: str, theme: Literal["light", "dark"], visitor: Visitor, axe: Callable[[Page], list[str]]
) -> None:
    assert axe(visitor.open(f"/{address}", theme=theme)) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_fits_a_phone(address: str, visitor: Visitor) -> None:
    page = visitor.open(f"/{address}", width=390, height=844, reduced_motion="no-preference")
    assert widths_beyond(page) == []


def widths_beyond(page: Page) -> list[str]:
    """What the page would have to be pushed sideways for, by name and right edge."""
    found: list[str] = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const scrolls = [document.scrollingElement, ...document.querySelectorAll('[data-testid="stMain"]')]
                .filter(box => box.scrollWidth > box.clientWidth);
            if (scrolls.length === 0) return [];
            return [...document.querySelectorAll('[data-testid="stMain"] *')]
                .filter(box => box.getBoundingClientRect().right > width + 1)
                .map(box => `${box.tagName} ${box.className} ${Math.round(box.getBoundingClientRect().right)}`)
                .slice(0, 8)
                .concat(scrolls.map(box => `${box.tagName}: ${box.scrollWidth} > ${box.clientWidth}`));
        }"""
    )
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_browsers_theme_is_taken(theme: Literal["light", "dark"], visitor: Visitor) -> None:
    """The reader's own setting decides; the surface is that of the palette."""
    page = visitor.open("/", theme=theme)
    colour = page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    assert colour == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 21, 26)"}[theme]
