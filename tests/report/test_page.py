"""The page of a report, as a browser shows it.

Needs the command `chromium` (Debian: chromium). Without it the tests are skipped, but
not in CI. Screenshots are left in `.screenshots/`, for people.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import browser
import pytest
from attrs import evolve
from reports import EVIL, METHOD, ZONE, long_job, nothing, short_job

from bitrix_async import Journal
from bitrix_async.report import Missed, Totals, page, report
from bitrix_async.rest import landing
from bitrix_async.testing import Portal, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bitrix_async import Session
    from bitrix_async.report import Report

SCREENSHOTS = Path(__file__).parents[2] / ".screenshots"

# Of each text, how it stands out from what is behind it: as in WCAG 2.2, 1.4.3.
CONTRASTS = """
(() => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(one => one / 255)
    .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, i) => sum + one * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = one => {
    for (; one; one = one.parentElement) {
      const colour = parts(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
  };
  const found = {};
  for (const one of document.querySelectorAll("main *")) {
    const own = [...one.childNodes].some(x => x.nodeType === 3 && x.data.trim());
    if (!own || one.namespaceURI.endsWith("svg")) continue;
    const pair = [light(parts(getComputedStyle(one).color)), light(ground(one))];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    found[one.tagName + "." + one.className] = contrast;
  }
  return found;
})()
"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Page]:
    if browser.absent():
        reason = f"needs the command {browser.NAME} (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with browser.opened(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of the long job."""
    return saved(tmp_path_factory.mktemp("report"), long_job())


def saved(folder: Path, told: Report) -> str:
    path = folder / "report.html"
    path.write_text(page(told, zone=ZONE), "utf-8")
    return path.as_uri()


def texts(tab: browser.Page, selector: str) -> list[str]:
    """What is read at the elements of a selector."""
    seen: list[str] = tab.see(
        f"[...document.querySelectorAll({selector!r})].map(one => one.innerText)"
    )
    return seen


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [("light", 1000, "light"), ("dark", 1000, "dark"), ("phone", 390, "light")],
)
def test_looks(
    tab: browser.Page, written: str, name: str, width: int, scheme: str
) -> None:
    """Light and dark, on a desk and on a phone: all of it is there, and readable."""
    tab.show(written, width, scheme)
    SCREENSHOTS.mkdir(exist_ok=True)
    tab.photograph(SCREENSHOTS / f"report-{name}.png")
    ground = tab.see("getComputedStyle(document.body).backgroundColor")
    contrasts: dict[str, float] = tab.see(CONTRASTS)

    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    assert len(contrasts) > 10
    assert {what for what, ratio in contrasts.items() if ratio < 4.5} == set()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_is_too_narrow(tab: browser.Page, written: str, width: int) -> None:
    """Nothing is wider than the screen, and no axis writes over itself."""
    tab.show(written, width)
    over = tab.see(
        "[...document.querySelectorAll('.times')].some(row => [...row.children]"
        ".map(one => one.getBoundingClientRect())"
        ".some((one, i, all) => i && one.left < all[i - 1].right))"
    )

    assert tab.see("document.documentElement.scrollWidth") == width
    assert not over


def test_the_figures(tab: browser.Page, written: str) -> None:
    """What the report holds is what is read."""
    tab.show(written, 1000)

    assert texts(tab, "h1") == ["Stopped with 41,231 of 50,000 calls done"]
    assert texts(tab, ".figure .big") == ["41,231", "212", "3", "8,554"]
    assert texts(tab, ".figure dt") == ["Done", "Failed", "Unknown", "Left"]
    assert texts(tab, ".failure h3 code") == [
        "PUBLIC_PAGE_REACHED", "LANDING_NOT_EXIST", "URLCHECKER_FAIL",
    ]  # fmt: skip
    assert texts(tab, ".amount") == ["180", "29", "3"]
    tab.see("document.querySelector('.failure summary').click()")
    assert texts(tab, ".more") == ["and 80 more", "and 9 more"]
    assert texts(tab, ".when") == [
        "25 November 2026, 12:46 to 14:27 · 1 h 41 min",
    ]  # fmt: skip
    assert "2,210 requests carried 41,500 calls." in page_text(tab)
    assert "4 had HTTP 503, 2 had no answer" in page_text(tab)
    assert "471 of 480 s at the most" in page_text(tab)
    assert "parked for 36 min 1 s" in page_text(tab)


def page_text(tab: browser.Page) -> str:
    text: str = tab.see("document.body.innerText")
    return text


def test_figures_are_those_of_the_journal(
    tab: browser.Page, tmp_path: Path, session_of: Callable[..., Session]
) -> None:
    """A job on the portal, its journal, its page: the same figures all the way."""
    portal, path = Portal(), tmp_path / "pages.journal"
    portal.seed_pages(2000)
    for lid in (5, 9):
        portal.trouble(
            "fault", times=None, method=METHOD, where={"lid": lid}, code="FAIL"
        )
    lids = [*portal.pages, 7001, 7002, 7003]
    calls = [(str(lid), landing.landing.publication(lid)) for lid in lids]

    async def job() -> None:
        async with session_of(portal) as bx:
            await bx.run(calls, journal=path, job="publish")

    run(job())
    with Journal.open(path) as journal:
        summary = journal.summary()
        requests = sum(one.count for one in journal.requests())
        tab.show(saved(tmp_path, report(journal)), 1000)

    assert texts(tab, "h1") == ["1,998 of 2,003 calls are done"]
    assert texts(tab, ".figure .big") == [
        f"{summary.done:,}", f"{summary.refused:,}", "0", "0",
    ]  # fmt: skip
    codes = zip(texts(tab, ".failure h3 code"), texts(tab, ".amount"), strict=True)
    assert {code: int(many) for code, many in codes} == summary.codes
    assert texts(tab, ".keys code") == ["7001", "7002", "7003", "5", "9"]
    assert f"{requests:,} requests carried 2,003 calls." in page_text(tab)
    assert tab.see("document.querySelectorAll('rect.parked').length") >= 1


def test_text_stays_text(tab: browser.Page, tmp_path: Path) -> None:
    """Whatever pages are called: nothing runs, nothing is loaded, all is to be read."""
    everywhere = evolve(
        long_job(),
        title=EVIL,
        portal=EVIL,
        journal=EVIL,
        unknown=(Missed(EVIL, EVIL),),
        methods=(evolve(long_job().methods[0], name=EVIL),),
    )
    address = saved(tmp_path, everywhere)
    tab.show(address, 1000)

    assert tab.requested == [address]
    assert tab.see("document.scripts.length + document.images.length") == 0
    assert tab.see("document.title").endswith(EVIL)
    assert page_text(tab).count(EVIL) == 8


def test_for_who_does_not_see_it(tab: browser.Page, written: str) -> None:
    """Headings in order, a text for each chart, and tables with named columns."""
    tab.show(written, 1000)
    levels = tab.see(
        "[...document.querySelectorAll('h1, h2, h3')].map(one => one.tagName).join(' ')"
    )
    unnamed = tab.see(
        "document.querySelectorAll('svg:not([role=img][aria-label]), th:not([scope])')"
        ".length"
    )

    assert levels.startswith("H1 H2 H3")
    assert levels.count("H1") == 1
    assert "H1 H3" not in levels
    assert unnamed == 0
    assert tab.see("document.querySelectorAll('svg').length") == 4
    assert tab.see("document.querySelectorAll('table').length") == 4
    assert tab.see("document.documentElement.lang") == "en"


@pytest.mark.parametrize(
    ("told", "verdict", "sections"),
    [
        (short_job(), "All 1,000 calls are done", 3),
        (nothing(), "There was nothing to do", 0),
        (
            evolve(nothing(), totals=Totals(61, done=58, refused=3)),
            "58 of 61 calls are done",
            0,
        ),
        (
            evolve(short_job(), running=True, totals=Totals(None, 10, 0, 0, 90)),
            "10 of 100 calls done so far",
            3,
        ),
    ],
)
def test_verdicts(
    tab: browser.Page, tmp_path: Path, told: Report, verdict: str, sections: Any
) -> None:
    """What is not there has no section, and the first line says how it ended."""
    tab.show(saved(tmp_path, told), 390)

    assert texts(tab, "h1") == [verdict]
    assert len(texts(tab, "section")) == sections
    assert "NaN" not in page_text(tab)
