"""A scenario file that is right, and what it becomes."""

from pathlib import Path

import pytest
from attrs import evolve

from scenarios.errors import ScenarioError
from scenarios.kinds import one_of
from scenarios.loader import MAX_BYTES, library, library_names, load, loads
from scenarios.schema import (
    At,
    ChargePoint,
    Consensus,
    Expect,
    Network,
    Scenario,
    Site,
    Vehicle,
)
from scenarios.world import World

FULL = """\
name = "everything"
title = "Each key once"
description = \"\"\"
Two lines,
one scenario.
\"\"\"
duration = "5m"
start = "2026-03-02T08:00:00Z"
seed = 42
meter_interval = "5s"

[site]
capacity = "50kW"

[network]
latency = "3ms"
tail = 0.25
loss = "1%"
duplicate = "0.5%"
reorder = "2%"
corrupt = "0.01%"
v2g_latency = "500us"

[paxos]
heartbeat = "200ms"
election_timeout = ["1s", "2s"]
window = 8
fsync = "2ms"
snapshot = 500
retain = 0
chunk = "4.096kB"
phase1 = 2
phase2 = 3
feed = "50ms"

[[cp]]
id = "north"
rated = "22kW"

[[cp]]
id = "south"
rated = "150kW"
current = "DC"

[[cp]]
id = "west"

[[ev]]
id = "EV1"
battery = "60kWh"
soc = "12.5%"
target = "90%"
max_power = "100kW"
current = "DC"
id_tag = "TAG-1"
smart = false

[[at]]
t = "2m"
do = "heal"

[[at]]
t = "1m"
do = "partition"
groups = [["north"]]

[[at]]
t = "1m"
do = "loss"
rate = "5%"
a = "north"
b = "south"

[[at]]
t = "10s"
do = "plug_in"
ev = "EV1"
cp = "south"

[[at]]
t = "3m"
do = "delay"
extra = "50ms"

[[at]]
t = "4m"
do = "crash"
cp = "leader"

[[expect]]
t = "1m"
ev = "EV1"
state = "charging_with_profile"
energy = ["1kWh", "2kWh"]
soc = ["12.5%", "20%"]
session_start = ["10s", "20s"]
session_stop = ["3m", "5m"]

[[expect]]
cp = "north"
status = "alive"

[[expect]]
power = ["0W", "22kW"]

[[expect]]
count = "elections"
at_least = 1
at_most = 3
since = "2m"
"""


def without_lines(scenario: Scenario) -> Scenario:
    """The same, wherever its tables stand in the file."""
    return evolve(
        scenario,
        script=tuple(evolve(at, line=0) for at in scenario.script),
        expectations=tuple(evolve(expect, line=0) for expect in scenario.expectations),
    )


def test_each_line_is_that_of_its_table() -> None:
    """So that a report can name it."""
    scenario, lines = loads(FULL, "x/full.toml"), FULL.splitlines()
    assert {lines[at.line - 1] for at in scenario.script} == {"[[at]]"}
    assert {lines[expect.line - 1] for expect in scenario.expectations} == {"[[expect]]"}
    for table in (scenario.script, scenario.expectations):
        assert len({each.line for each in table}) == len(table)


def test_every_key_arrives_in_integers() -> None:
    """The whole format, read into the whole schema; the script sorted by time."""
    assert without_lines(loads(FULL, "x/full.toml")) == Scenario(
        name="everything",
        title="Each key once",
        description="Two lines,\none scenario.\n",
        duration_us=300_000_000,
        start_us=1_772_438_400_000_000,
        seed=42,
        site=Site(capacity_w=50_000),
        network=Network(
            latency_us=3_000,
            tail=0.25,
            loss_ppm=10_000,
            duplicate_ppm=5_000,
            reorder_ppm=20_000,
            corrupt_ppm=100,
            v2g_latency_us=500,
        ),
        paxos=Consensus(
            heartbeat_us=200_000,
            election_timeout_us=(1_000_000, 2_000_000),
            window=8,
            fsync_us=2_000,
            snapshot_slots=500,
            retain_slots=0,
            chunk_bytes=4_096,
            phase1=2,
            phase2=3,
            feed_us=50_000,
        ),
        cps=(
            ChargePoint(id="north", rated_w=22_000),
            ChargePoint(id="south", rated_w=150_000, current="DC"),
            ChargePoint(id="west"),
        ),
        evs=(
            Vehicle(
                id="EV1",
                battery_wh=60_000,
                soc_ppm=125_000,
                target_ppm=900_000,
                max_w=100_000,
                current="DC",
                id_tag="TAG-1",
                smart=False,
            ),
        ),
        script=(
            At(t_us=10_000_000, verb="plug_in", args={"ev": "EV1", "cp": "south"}),
            At(
                t_us=60_000_000,
                verb="partition",
                args={"groups": (("north",), ("south", "west"))},
            ),
            At(
                t_us=60_000_000,
                verb="loss",
                args={"rate_ppm": 50_000, "a": "north", "b": "south"},
            ),
            At(t_us=120_000_000, verb="heal"),
            At(t_us=180_000_000, verb="delay", args={"extra_us": 50_000}),
            At(t_us=240_000_000, verb="crash", args={"cp": "leader"}),
        ),
        expectations=(
            Expect(
                t_us=60_000_000,
                ev="EV1",
                state="charging_with_profile",
                energy_wh=(1_000, 2_000),
                soc_ppm=(125_000, 200_000),
                session_start_us=(10_000_000, 20_000_000),
                session_stop_us=(180_000_000, 300_000_000),
            ),
            Expect(t_us=300_000_000, cp="north", status="alive"),
            Expect(t_us=300_000_000, power_w=(0, 22_000)),
            Expect(
                t_us=300_000_000,
                count="elections",
                at_least=1,
                at_most=3,
                since_us=120_000_000,
            ),
        ),
        meter_interval_us=5_000_000,
        path="x/full.toml",
    )


def test_what_is_left_out_has_the_default_of_the_schema() -> None:
    """The smallest file: a duration and a charge point."""
    text = 'duration = "1m"\n[[cp]]\nid = "A"\n'
    expected = Scenario(
        name="tiny", duration_us=60_000_000, cps=(ChargePoint(id="A"),), path="a/tiny.toml"
    )
    assert loads(text, "a/tiny.toml") == expected


def test_a_number_of_charge_points_stands_for_default_ones() -> None:
    """``cps = 3`` is CP1, CP2, CP3; the script may name them."""
    text = 'duration = "1m"\ncps = 3\n[[at]]\nt = "1s"\ndo = "crash"\ncp = "CP3"\n'
    assert loads(text, "x.toml").cps == tuple(ChargePoint(id=f"CP{n}") for n in (1, 2, 3))


def test_lines_of_the_same_time_keep_their_order() -> None:
    """Sorting by time does not turn two lines of one instant around."""
    lines = "".join(f'[[at]]\nt = "1s"\ndo = "{verb}"\n{args}\n' for verb, args in [
        ("crash", 'cp = "CP2"'), ("cut", 'a = "CP1"\nb = "CP2"'), ("heal", ""),
    ])  # fmt: skip
    script = loads(f'duration = "1m"\ncps = 2\n{lines}', "x.toml").script
    assert [line.verb for line in script] == ["crash", "cut", "heal"]


def test_every_scenario_of_the_library_loads() -> None:
    """Sorted by name, each with a title, a description, and expectations to judge it by."""
    scenarios = library()
    names = [scenario.name for scenario in scenarios]
    assert names == sorted(names)
    assert {"ten-minutes", "leader-crash", "minority-partition", "restart-catch-up"} <= {*names}
    for scenario in scenarios:
        assert Path(scenario.path).stem == scenario.name
        assert scenario.title
        assert scenario.description
        assert scenario.expectations


def test_the_ten_minutes_are_those_of_the_brief() -> None:
    """EV1 comes at minute 1, EV2 at 2, EV3 at 4; EV1 stops at 8, the others at 9; end at 10."""
    scenario = load("ten-minutes")
    script = [(line.t_us // 1_000_000, line.verb, line.args["ev"]) for line in scenario.script]
    assert script == [
        (60, "plug_in", "EV1"),
        (120, "plug_in", "EV2"),
        (240, "plug_in", "EV3"),
        (480, "stop_charging", "EV1"),
        (495, "unplug", "EV1"),
        (540, "stop_charging", "EV2"),
        (540, "stop_charging", "EV3"),
        (555, "unplug", "EV2"),
        (555, "unplug", "EV3"),
    ]
    assert scenario.duration_us == 600_000_000
    assert len(scenario.cps) == 5


def test_a_path_is_a_file_and_a_bare_name_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file called like a library scenario does not shadow it unless it is asked for by path."""
    monkeypatch.chdir(tmp_path)
    Path("ten-minutes.toml").write_text('duration = "1s"\ncps = 1\n', encoding="utf-8")
    assert load("ten-minutes.toml").duration_us == 1_000_000
    assert load("./ten-minutes.toml").duration_us == 1_000_000
    assert load("ten-minutes").duration_us == 600_000_000


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    """Editors write them; lines still count."""
    file = tmp_path / "win.toml"
    file.write_bytes(b'\xef\xbb\xbfduration = "1s"\r\ncps = 1\r\nseeed = 1\r\n')
    with pytest.raises(ScenarioError) as caught:
        load(str(file))
    assert str(caught.value).startswith(f"{file}:3: seeed: found an unknown key; allowed ")
    file.write_bytes(file.read_bytes().replace(b"seeed", b"seed"))
    assert load(str(file)).seed == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "{}: found no such file; allowed a scenario file in TOML"),
        (b"\x7fELF\0\0", "{}: found binary data; allowed a scenario file in TOML"),
        (
            b'duration = "1s"\ntitle = "\xff"\n',
            "{}:2: file: found the byte 0xff, which is no UTF-8; allowed text in UTF-8",
        ),
        (
            b"#" * (MAX_BYTES + 1),
            "{}: found more than 1 MiB; allowed a scenario file in TOML",
        ),
        (
            b"",
            (
                "{0}:1: duration: found nothing (the key is required); allowed a duration such as "
                '"1m30s" or "500ms", from 1us to 31d\n'
                "{0}:1: cp: found no charge point; allowed 1 to 1,000 [[cp]] tables, or cps = N"
            ),
        ),
        (
            b"a = " + b"[" * 5_000,
            "{}:1: file: found values nested too deeply; allowed a scenario in TOML",
        ),
        (
            b"seed = " + b"9" * 5_000,
            "{}:1: file: found a number of thousands of digits; allowed 64 bits",
        ),
    ],
)
def test_a_file_that_is_no_text(tmp_path: Path, content: bytes | None, message: str) -> None:
    """Missing, binary, badly encoded, huge, empty or hostile files: a sentence each."""
    file = tmp_path / "x.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load(str(file))
    assert str(caught.value) == message.format(file)


def test_a_directory_and_an_unreadable_file(tmp_path: Path) -> None:
    """What cannot be read says what is there instead."""
    with pytest.raises(ScenarioError, match="found a directory"):
        load(f"{tmp_path}/")
    with pytest.raises(ScenarioError, match=r"cannot be read \(Not a directory\)"):
        load("/dev/null/x.toml")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load("a\0b.toml")


def test_an_unknown_name_lists_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what was probably meant, or how to name a file."""
    with pytest.raises(ScenarioError) as caught:
        load("ten-minuts")
    assert str(caught.value) == (
        f'scenario: found "ten-minuts"; allowed {one_of(library_names())}, '
        'or the path of a .toml file; did you mean "ten-minutes"?'
    )
    monkeypatch.chdir(tmp_path)
    Path("zzz").write_text("", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"; a file in this folder is written \./zzz$"):
        load("zzz")


@pytest.mark.parametrize(
    ("keys", "cps", "sizes"),
    [
        ("", 5, (3, 3)),
        ("", 4, (3, 3)),
        ("phase1 = 4\nphase2 = 2", 5, (4, 2)),
        ("phase2 = 2", 5, (4, 2)),
        ("phase1 = 5", 5, (5, 1)),
        ("phase1 = 4\nphase2 = 4", 5, (4, 4)),
        ("phase2 = 2", 100, (6, 2)),
        ("voters = 3\nphase2 = 1", 100, (3, 1)),
    ],
)
def test_quorums_of_the_two_phases(keys: str, cps: int, sizes: tuple[int, int]) -> None:
    """Majorities by default; where one is given, the other is as small as may be."""
    scenario = loads(f'duration = "5s"\ncps = {cps}\n[paxos]\n{keys}\n', "f.toml")
    membership = World(scenario, 1).config.membership
    assert (membership.phase1, membership.phase2) == sizes
    assert len(membership.everyone) == cps
