"""The space-time diagram as SVG and HTML, and the option that writes it."""

import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest

from evtui.cli import main
from evtui.diagram import page, svg
from evtui.diagram.files import ROWS_MAX, write
from tests.evtui import diagrams

SVG = "{http://www.w3.org/2000/svg}"
TITLE = 'a run <of> "many"'


def parsed() -> ET.Element:
    """The picture of the diagram made by hand."""
    return ET.fromstring(svg.document(diagrams.diagram(), TITLE))  # noqa: S314 - our own text


def titles(root: ET.Element) -> list[str]:
    """What each arrow says of itself."""
    return [g.findtext(f"{SVG}title") or "" for g in root.iter(f"{SVG}g")]


def test_every_message_is_one_arrow_and_says_what_it_is() -> None:
    """Nine of them, in ten rows with an end or a beginning."""
    root = parsed()
    said = titles(root)
    assert len(said) == 9
    assert "Prepare CP2 → CP4: lost: the link was cut" in said
    assert "Prepare CP2 → CP5: dropped: nobody ran there" in said
    assert "SessionSetupReq EV1 → CP1: under way" in said
    assert root.findtext(f"{SVG}title") == TITLE


def test_arrows_slant_down_from_the_row_of_sending_to_the_row_of_the_end() -> None:
    """Time goes down; a cross ends what did not get there, and a head what did."""
    layout = svg.lay_out(diagrams.diagram())
    assert list(layout.rows) == sorted(layout.rows)
    for group in parsed().iter(f"{SVG}g"):
        path = group.find(f"{SVG}path")
        assert path is not None
        straight = re.fullmatch(r"M(\d+) (\d+)L(\d+) (\d+)", path.get("d", ""))
        title = group.findtext(f"{SVG}title") or ""
        if straight is None:
            assert title.startswith("Call CP2 → CP2")
            continue
        _, y1, _, y2 = map(int, straight.groups())
        assert y2 > y1
        arrived = title.endswith("delivered")
        assert (path.get("marker-end") is not None) == arrived
        crossed = len(group.findall(f"{SVG}path")) == 2
        assert crossed == (not arrived and "under way" not in title)


def test_air_stands_where_nothing_was_shown_for_long() -> None:
    """The last row comes 0.4 s after the one before."""
    rows = svg.lay_out(diagrams.diagram()).rows
    gaps = [after - before for before, after in itertools.pairwise(rows)]
    assert gaps == [svg.ROW] * 11 + [svg.ROW + svg.GAP]


def test_an_ev_that_says_nothing_has_no_column() -> None:
    """A charge point has one in any case."""
    few = diagrams.diagram(diagrams.MOMENTS[:3])
    assert svg.lay_out(few).columns == (0, 1, 2, 3, 4)
    assert svg.lay_out(diagrams.diagram()).columns == (0, 1, 2, 3, 4, 5)
    nothing = svg.document(diagrams.diagram(()), TITLE)
    assert len(titles(ET.fromstring(nothing))) == 0  # noqa: S314 - our own text


class Cells(HTMLParser):
    """The rows of the table, and tags that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """A row or a cell begins."""
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """Whatever was opened is closed."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """What stands in a cell."""
        if "td" in self.open:
            self.rows[-1][-1] += data


def test_a_page_has_the_picture_and_a_table_of_all_messages() -> None:
    """With the fields of each; it is whole, and needs nothing from outside."""
    text = page.document(diagrams.diagram(), TITLE, diagrams.Handmade().frame)
    found = Cells()
    found.feed(re.sub(r"<(path|rect|line|polyline)([^>]*)/>", r"<\1\2></\1>", text))
    assert found.open == []
    rows = found.rows[1:]
    assert [row[0] for row in rows] == [str(n) for n in range(9)]
    assert rows[0][1:7] == [
        "Prepare", "CP2", "CP1", "03:20.000100", "03:20.001300", "delivered",
    ]  # fmt: skip
    assert "ballot = 3.CP2" in rows[0][7]
    assert rows[4][7] == "forgotten"
    assert rows[5][6] == "delivered, late"
    assert rows[7][5:7] == ["", "under way"]
    assert "<script" not in text
    assert "a run &lt;of&gt;" in text
    assert 'href="http' not in text
    assert "03:20.000 fault: CP5 crashed" in text


def test_what_messages_say_is_escaped() -> None:
    """Also what somebody typed as an id tag."""
    moment = attrs.evolve(diagrams.MOMENTS[1], text="Prepare <script>\x1b[2J")
    columns = ("CP<1>", *diagrams.COLUMNS[1:])
    seen = diagrams.diagram((moment,), columns=columns)
    ET.fromstring(svg.document(seen, TITLE))  # noqa: S314 - our own text
    text = page.document(seen, TITLE, diagrams.Handmade().frame)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "CP&lt;1&gt;" in text


@pytest.mark.parametrize("name", ["x", "x.png", ".svgx", ""])
def test_another_ending_is_refused(name: str) -> None:
    """Before anything is drawn."""
    with pytest.raises(ValueError, match=r"allowed a file that ends in \.svg or \.html"):
        write(name, diagrams.diagram(), TITLE, diagrams.Handmade().frame)


# The option.

RUN = ["run", "leader-crash", "--seed", "1", "--until", "3m3s"]


@pytest.mark.parametrize("name", ["d.svg", "d.html", "D.SVG"])
def test_a_run_writes_its_messages(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a time to its end; the report is the one of a run without it, with the same digest."""
    assert main([*RUN, "--json"]) == 0
    plain = capsys.readouterr().out
    target = tmp_path / name
    assert main([*RUN, "--json", "--diagram", str(target), "--from", "3m"]) == 0
    assert capsys.readouterr().out == plain
    text = target.read_text("utf-8")
    assert "leader-crash --seed 1" in text
    assert "CP5 crashed" in text
    assert "PreVote CP3 → CP5: dropped: nobody ran there" in text
    assert "SessionSetupReq" not in text
    assert main([*RUN, "--json", "--diagram", str(tmp_path / ("2" + name)), "--from", "3m"]) == 0
    assert (tmp_path / ("2" + name)).read_text("utf-8") == text


def test_only_what_is_asked_for_is_drawn(tmp_path: Path) -> None:
    """With the words of the panel's filter."""
    target = tmp_path / "d.svg"
    words = ["--from", "3m", "--show", "prepare promise -notes"]
    assert main([*RUN, "--diagram", str(target), *words]) == 0
    root = ET.fromstring(target.read_text("utf-8"))  # noqa: S314 - our own text
    assert {title.split()[0] for title in titles(root)} == {"Prepare", "Promise"}
    assert "crashed" not in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--diagram", "d.png"], '--diagram: found "d.png"; allowed a file that ends in .svg'),
        (["--diagram", "no/where/d.svg", "--from", "3m"], '--diagram: cannot write "no/where/d.s'),
        (["--diagram", "d.svg", "--from", "4m"], '--from: found "4m"; allowed 0s to 3m3s, where'),
        (["--diagram", "d.svg", "--from", "soon"], "--from: found"),
        (["--diagram", "d.svg", "--show", "acept"], '--show: found "acept"; allowed paxos, ocpp'),
        (["--from", "3m"], "--from: found it without --diagram; allowed beside it only"),
        (["--show", "all"], "--show: found it without --diagram; allowed beside it only"),
        (["--diagram", "d.svg"], f"--diagram: found more than {ROWS_MAX:,} rows from 0s to 3m3s"),
        (["--diagram", "d.html", "--history", "d.html"], "--diagram: found the file of --history"),
        (["--diagram", "-"], '--diagram: found "-"; allowed the path of a file'),
    ],
)
def test_what_cannot_be_done_is_explained(
    options: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line, exit code 2, and no file."""
    monkeypatch.chdir(tmp_path)
    extra = ["--show", "all"] if options == ["--diagram", "d.svg"] else []
    assert main([*RUN, *options, *extra]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".svg", ".png")]


def test_drawing_needs_no_terminal(tmp_path: Path) -> None:
    """It never imports Textual."""
    code = (
        "import sys; from evtui.cli import main; main(sys.argv[1:]); "
        "print(sorted({'textual', 'evtui.app'} & sys.modules.keys()), file=sys.stderr)"
    )
    command = ["run", "ten-minutes", "--until", "1s", "--diagram", str(tmp_path / "d.html")]
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == "[]"
    assert (tmp_path / "d.html").exists()


def test_a_city_has_no_diagram(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each of its sites has messages of its own."""
    assert main(["run", "two-sites", "--diagram", str(tmp_path / "d.svg")]) == 2
    assert "--diagram: found it with two-sites, a city" in capsys.readouterr().err
