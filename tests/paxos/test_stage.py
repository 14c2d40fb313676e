"""The language of transcripts: what its words mean, and what a stage refuses."""

import pytest

from paxos.records import INCARNATION, PROMISED
from tests.paxos.phrases import drift_ppm, duration_us, links
from tests.paxos.script import Script


def told(*lines: str) -> list[str]:
    """What the last of these commands prints."""
    script = Script()
    printed: list[str] = []
    for line in lines:
        printed = script.run(line)
    return printed


@pytest.mark.parametrize(
    ("text", "time_us"),
    [("2s", 2_000_000), ("1.485146s", 1_485_146), ("3us", 3), ("-1h", -3_600_000_000), ("5m", 3e8)],
)
def test_a_time_has_a_unit(text: str, time_us: int) -> None:
    """From microseconds to hours, without rounding."""
    assert duration_us(text) == time_us


def test_a_drift_is_in_percent_or_ppm() -> None:
    """With its sign."""
    assert (drift_ppm("+1%"), drift_ppm("-500ppm"), drift_ppm("0.1%")) == (10_000, -500, 1_000)


def test_links_are_named_one_way_or_both() -> None:
    """Also several at once; nobody has a link to itself."""
    nodes = (1, 2, 3)
    assert links(["1>2"], nodes) == [(1, 2)]
    assert links(["3-1,2"], nodes) == [(3, 1), (3, 2), (1, 3), (2, 3)]
    assert links(["*>3", "1>3"], nodes) == [(1, 3), (2, 3)]


def test_a_violation_that_must_be_is_none_that_fails() -> None:
    """And its absence, or another one in its place, is."""
    stale = [
        "group 3", "elect 1", "submit 1 x=1", "settle", "drift 1 -50%", "pause 1", "tick 1.5s",
        "fire 3 election", "settle", "submit 3 x=2", "settle", "resume 1",
    ]  # fmt: skip
    read = "read 1 x lease"
    assert told(*stale, f"violates L2 {read}")[-1].startswith("as it must: L2")
    assert told(*stale, read)[-1].startswith("VIOLATION L2")
    assert told(*stale, f"violates R1 {read}")[-1].startswith("VIOLATION, but not of R1: L2")
    assert told(*stale, f"violates L2 {read[:-6]} index")[-1] == "VIOLATION is missing: L2 holds"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["disk 2 full", "fsync 2"], "the disk of node 2 is full"),
        (["elect 1", "disk 2 300ms", "submit 1 x=1", "deliver 1>2 accept", "fsync 2"],
         "too early: the fsync of node 2 ends at 1.8 s"),
        (["drift 2 -90%"], "no clock has a drift of -900000 ppm"),
        (["work 2"], "nothing waits at node 2"),
        (["slow 2 1s", "tick 2s", "fire 2 election", "fire 2 election"],
         "the timer of node 2 has fired already, and waits for its turn"),
        (["slow 2 1s", "tick 2s", "fire 2 election", "work 2"],
         "too early: node 2 is at work until 3.0 s"),
        (["pause 2", "work 2"], "node 2 stands still"),
        (["damage 1>2 accept"], "no such message is under way"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(lines: list[str], why: str) -> None:
    """With the reason, as any other output."""
    assert told("group 3", *lines)[-1] == why


def test_a_timer_that_was_cancelled_meanwhile_does_not_fire() -> None:
    """A slow node finds that out when its turn comes: what stood before it ended its reign."""
    lines = [
        "group 3", "elect 1", "cut 1|2 3", "elect 3", "heal", "fire 1 heartbeat",
        "deliver 1>3 heartbeat", "slow 1 1s", "deliver nack", "tick 500ms", "fire 1 heartbeat",
        "tick 500ms", "work 1",
    ]  # fmt: skip
    assert "node 1 is follower" in told(*lines)[-1]
    assert told(*lines, "tick 1s", "work 1") == ["node 1 has cancelled its heartbeat timer"]


def test_a_crash_on_a_full_disk_keeps_nothing_of_what_had_no_room() -> None:
    """However much is said to have got out by itself."""
    lines = ["group 3", "elect 1", "disk 2 full", "submit 1 x=1", "deliver 1>2 accept"]
    assert told(*lines, "crash 2 keep=9") == ["lost from disk: accepted 1:x=1@1.1"]


def test_a_clock_and_a_full_disk_outlive_the_process() -> None:
    """They belong to the place, not to what runs there."""
    script = Script()
    for line in ["group 3", "drift 2 +1%", "disk 2 full", "slow 2 1s", "crash 2", "restart 2"]:
        script.run(line)
    seat = script.stage.seats[2]
    assert (seat.clock.drift_ppm, seat.full, seat.slow_us) == (10_000, True, 1_000_000)


def test_what_is_late_arrives_in_a_run_at_its_time() -> None:
    """Not before, and not only when something else happens."""
    lines = ["group 3", "elect 1", "delay 1>2 300ms", "submit 1 x=1", "settle"]
    assert told(*lines, "run 299ms") == ["it is 1.799 s"]
    assert told(*lines, "run 300ms")[:2] == [
        "2 applied 1:x=1",
        "arrived: 1 Accept, 1 Commit, 1 Accepted",
    ]


def test_a_slow_disk_that_fills_up_gets_out_what_is_under_way() -> None:
    """What was written before the fsync began; of what came after it nobody ever hears."""
    lines = [
        "group 3", "elect 1", "disk 2 300ms", "submit 1 x=1 y=2", "deliver 1>2 accept slot=1",
        "deliver 1>2 accept slot=2", "disk 2 full", "tick 300ms",
    ]  # fmt: skip
    printed = told(*lines, "fsync 2")
    assert printed == ["on disk: accepted 1:x=1@1.1", "sends 2>1 Accepted 1.1 slots=1"]
    assert told(*lines, "fsync 2", "fsync 2") == ["the disk of node 2 is full"]
    assert told(*lines, "fsync 2", "crash 2 keep=1") == ["lost from disk: accepted 2:y=2@1.1"]


def test_a_checkpoint_takes_the_place_of_the_file_under_way() -> None:
    """Its fsync begins anew, and all that waited waits for the new file; a crash leaves the old."""
    script = Script()
    for line in [
        "group 3 snapshot_slots=1 retain_slots=0", "elect 1", "disk 2 300ms", "submit 1 x=1",
        "deliver 1>2 accept", "tick 100ms", "settle",
    ]:  # fmt: skip
        script.run(line)
    seat = script.stage.seats[2]
    assert (seat.before, seat.sync_us) == ([[INCARNATION, 1], [PROMISED, 1, 1]], 1_900_000)
    assert [row for row, _ in seat.outbox] == [len(seat.rows)]
    script.run("run 300ms")
    assert (seat.before, seat.outbox, seat.waits, seat.floor_slot) == (None, [], False, 1)
