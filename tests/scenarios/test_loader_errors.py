"""What is wrong with a scenario file: one exact message for each mistake, in order of lines."""

import pytest

from paxos.sim.coverage import FEATURES
from scenarios import format as spec
from scenarios.errors import ScenarioError
from scenarios.format import CP_STATES, EV_STATES, SUBJECTS
from scenarios.loader import loads
from scenarios.power_words import FEATURES as POWER_FEATURES
from scenarios.verbs import VERBS

HEAD = """\
duration = "10m"
[[cp]]
id = "CP1"
[[cp]]
id = "CP2"
[[ev]]
id = "EV1"
"""
"""Seven lines that are right; what follows begins on line 8."""

DURATION = 'a duration such as "1m30s" or "500ms"'
POWER = 'a power such as "11kW" or "22000W"'
ENERGY = 'an energy such as "40kWh" or "500Wh"'
PERCENT = 'a percentage such as "30%" or "0.5%", from 0% to 100%'
SEED = "a whole number from 0 to 9,223,372,036,854,775,807"
NAME = "of 1 to 20 letters, digits, - and _"
KEYS = ", ".join(
    (
        *spec.TOP.names,
        *spec.TABLES,
        *spec.ARRAYS,
        "cps",
        "fleet",
        "arrivals",
        "directory",
        "lesson",
        "step",
    )
)
ABOUT = ", ".join(SUBJECTS)


def problems(text: str, path: str = "f.toml") -> list[str]:
    """The messages of a text that must not load."""
    with pytest.raises(ScenarioError) as caught:
        loads(text, path)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


TOP = [
    (
        'duratoin = "1m"\ncps = 1',
        [
            (f"1: duratoin: found an unknown key; allowed {KEYS}; "
            'did you mean "duration"?'),
            (f"1: duration: found nothing (the key is required); allowed {DURATION}, "
            "from 1us to 31d"),
        ],
    ),
    (
        "duration = 600\ncps = 1",
        [f"1: duration: found the number 600 without a unit; allowed {DURATION}, from 1us to 31d"],
    ),
    (
        'duration = "10 min"\ncps = 1',
        [f'1: duration: found "10 min"; allowed {DURATION}, from 1us to 31d'],
    ),
    (
        'duration = "10M"\ncps = 1',
        [
            f'1: duration: found "10M"; allowed {DURATION}, from 1us to 31d; did you mean "10m"?',
        ],
    ),
    (
        'duration = "-10m"\ncps = 1',
        [f'1: duration: found "-10m"; allowed {DURATION}, from 1us to 31d'],
    ),
    (
        'duration = "99999999999999999999d"\ncps = 1',
        [f'1: duration: found "99999999999999999999d"; allowed {DURATION}, from 1us to 31d'],
    ),
    (
        'duration = "0.5us"\ncps = 1',
        [
            (f'1: duration: found "0.5us" (not a whole number of microseconds); '
                f"allowed {DURATION}, "
            "from 1us to 31d"),
        ],
    ),
    (
        "duration = 2026-11-21\ncps = 1",
        [f"1: duration: found the date or time 2026-11-21; allowed {DURATION}, from 1us to 31d"],
    ),
    (
        'duration = "1m"\ncps = 1\nseed = -1',
        ["3: seed: found -1; allowed " + SEED],
    ),
    (
        'duration = "1m"\ncps = 1\nseed = true',
        ["3: seed: found true; allowed " + SEED],
    ),
    (
        'duration = "1m"\ncps = 1\nseed = 7.0',
        ["3: seed: found 7.0; allowed " + SEED],
    ),
    (
        f'duration = "1m"\ncps = 1\nseed = {"9" * 100}',
        [f"3: seed: found a huge number; allowed {SEED}"],
    ),
    *(
        (
            f'duration = "1m"\ncps = 1\nstart = {found}',
            [(f'3: start: found {shown}; allowed a time of the years 2000 to 2099 in UTC, such as '
             '"2026-03-02T08:00:00Z"')],
        )
        for found, shown in [
            ('"2026-02-30T08:00:00Z"', '"2026-02-30T08:00:00Z"'),
            ('"2026-03-02T08:00:00+01:00"', '"2026-03-02T08:00:00+01:00"'),
            ('"8 o\'clock"', '"8 o\'clock"'),
            ("2026-03-02T08:00:00Z", "the date or time 2026-03-02 08:00:00+00:00"),
            ("5", "5"),
        ]
    ),
    (
        'duration = "1m"\ncps = 1\ntitle = "red \\u001b[31m"',
        [
            ('3: title: found "red \\x1b[31m"; allowed text on one line of at most 120 characters, '
            "without control characters"),
        ],
    ),
    ('duration = "1m"',
     ["1: cp: found no charge point; allowed 1 to 1,000 [[cp]] tables, or cps = N"]),
    ('duration = "1m"\ncps = 0', ["2: cps: found 0; allowed a whole number from 1 to 1,000"]),
    (
        'duration = "1m"\ncps = 2\n[[cp]]\nid = "X"',
        ["3: cp: found it beside cps; allowed either cps = N or [[cp]] tables"],
    ),
    (
        'duration = "1m"\n[cp]\nid = "CP1"',
        ["2: cp: found a single table; allowed an array of tables: write [[cp]]"],
    ),
    (
        'duration = "1m"\ncps = 1\n[[site]]\ncapacity = "1kW"',
        ["3: site: found [[site]] tables; allowed one table: write [site]"],
    ),
    (
        'duration = "1m"\ncps = 1\nat = [3]',
        ["3: at[0]: found 3; allowed a table: write [[at]]"],
    ),
    (
        'duration = "1m"\nduration = "2m"',
        ["2: syntax: found cannot overwrite a value; allowed TOML"],
    ),
    ("duration = 1m\ncps = 1", [("1: syntax: found expected newline or end of document after a "
                                "statement at column 13; allowed TOML")]),
    ('\n\ntitle = """\nnever closed', ["4: syntax: found unterminated string; allowed TOML"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TOP)
def test_the_top_of_the_file(text: str, expected: list[str]) -> None:
    """Keys at the top, shapes of tables, and TOML itself."""
    assert problems(text) == [f"f.toml:{line}" for line in expected]


TABLES = [
    (
        '[site]\ncapacity = "22 kw"',
        [(f'9: site.capacity: found "22 kw"; allowed {POWER}, from 0W to 1000MW; '
         'did you mean "22kW"?')],
    ),
    (
        '[site]\ncapacity = "22kWh"',
        [f'9: site.capacity: found "22kWh"; allowed {POWER}, from 0W to 1000MW'],
    ),
    ('[network]\nloss = "101%"', [f'9: network.loss: found "101%"; allowed {PERCENT}']),
    ('[network]\nloss = 0.01',
     [f"9: network.loss: found the number 0.01 without a unit; allowed {PERCENT}"]),
    ('[network]\ntail = nan', ["9: network.tail: found nan; allowed a number from 0 to 3"]),
    ('[network]\ntail = "wide"', ['9: network.tail: found "wide"; allowed a number from 0 to 3']),
    (
        'network.latency = "2m"',
        [f"8: ev[0].network: found an unknown key; allowed {', '.join(spec.EV.names)}"],
    ),
    (
        '[paxos]\nelection_timeout = [\n  "3s",\n  "1s",\n]',
        [('9: paxos.election_timeout: found the array ["3s", "1s"]; allowed two values, the lower '
         f"first, each {DURATION}, from 1ms to 1h")],
    ),
    (
        '[paxos]\nelection_timeout = [\n  "1s",\n  # a comment, then the mistake\n  3,\n]',
        [(f"12: paxos.election_timeout[1]: found the number 3 without a unit; allowed {DURATION}, "
         "from 1ms to 1h")],
    ),
    ('[paxos]\nelection_timeout = "1s"',
     [('9: paxos.election_timeout: found "1s"; allowed two values, the lower first, each '
      f"{DURATION}, from 1ms to 1h")]),
    ('[paxos]\nphase1 = 3',
     ["9: paxos.phase1: found 3; allowed 1 to 2, the number of CPs that vote at first"]),
    ('[paxos]\nvoters = 1\nphase2 = 2\nphase1 = 7',
     ["10: paxos.phase2: found 2; allowed 1 to 1, the number of CPs that vote at first",
      "11: paxos.phase1: found 7; allowed 1 to 1, the number of CPs that vote at first"]),
    ('[paxos]\nphase2 = 1\nphase1 = 1',
     [("9: paxos.phase2: found 1 beside phase1 = 1; allowed at least 2: phase1 + phase2 must be "
       "above 2, the number of CPs that vote at first, or a new leader might not hear of what was "
       "chosen")]),
    ('[paxos]\nphase1 = 0',
     ["9: paxos.phase1: found 0; allowed 1 to 2, the number of CPs that vote at first"]),
    ('[paxos]\nphase2 = "all"',
     ['9: paxos.phase2: found "all"; allowed a whole number from 1 to 99']),
    ('[[cp]]\nid = "CP1"',
     [('9: cp[2].id: found "CP1" a second time (first on line 3); allowed each id once, for CPs '
      "and EVs together")]),
    ('[[ev]]\nid = "CP2"',
     [('9: ev[1].id: found "CP2" a second time (first on line 5); allowed each id once, for CPs '
      "and EVs together")]),
    ('[[cp]]\nid = "leader"',
     [f'9: cp[2].id: found "leader"; allowed an id {NAME}, but not leader or all or any or none']),
    ('[[cp]]\nrated = "11kW"',
     [(f"8: cp[2].id: found nothing (the key is required); allowed an id {NAME}, "
      "but not leader or all or any or none")]),
    ('[[ev]]\nid = "E V"', [f'9: ev[1].id: found "E V"; allowed an id {NAME}']),
    ('[[ev]]\nid = "EV2\\n"', [f'9: ev[1].id: found "EV2\\n"; allowed an id {NAME}']),
    ('[[ev]]\nid = "EV2"\nbattery = "0Wh"',
     [f'10: ev[1].battery: found "0Wh"; allowed {ENERGY}, from 1Wh to 10MWh']),
    ('[[ev]]\nid = "EV2"\nsmart = "no"', ['10: ev[1].smart: found "no"; allowed true or false']),
    ('[[ev]]\nid = "EV2"\ncurrent = "dc"',
     ['10: ev[1].current: found "dc"; allowed AC, DC; did you mean "DC"?']),
    ('[[ev]]\nid = "EV2"\n"max power" = "1kW"',
     [(f'10: ev[1]."max power": found an unknown key; allowed {", ".join(spec.EV.names)}; '
      'did you mean "max_power"?')]),
    ('[tariff]\nprice = "0.45"',
     [('9: tariff.price: found "0.45"; allowed a price of energy such as "0.45EUR/kWh" or '
       '"45ct/kWh", from 0ct/kWh to 1000EUR/kWh')]),
    ('[tariff]\nstart_fee = "0.005EUR"',
     [('9: tariff.start_fee: found "0.005EUR" (not a whole number of cents); allowed an amount of '
       'money such as "0.45EUR" or "45ct", from 0ct to 100000EUR')]),
    ('[[price_band]]\nfrom = "24:00"\nuntil = "07:00"\nprice = "1EUR/kWh"',
     [('9: price_band[0].from: found "24:00"; allowed a time of day such as "18:30", from 00:00 to '
       "23:59")]),
    ('[[price_band]]\nfrom = "07:00"\nuntil = "07:00"\nprice = "1EUR/kWh"',
     ["10: price_band[0].until: found the time at which it begins; allowed another time of day"]),
    ('[[price_band]]\nfrom = "07:00"\nprice = "1EUR/kWh"',
     [("8: price_band[0].until: found nothing (the key is required); allowed a time of day such as "
       '"18:30", from 00:00 to 23:59')]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_tables(text: str, expected: list[str]) -> None:
    """Values, bounds and ids in the tables of the site, the network, CPs and EVs."""
    assert problems(HEAD + text) == [f"f.toml:{line}" for line in expected]


LINES = [
    ('do = "crahs"', [(f'10: at[0].do: found "crahs"; allowed {", ".join(VERBS)}; '
                      'did you mean "crash"?')]),
    ("", [f"8: at[0].do: found nothing (the key is required); allowed {', '.join(VERBS)}"]),
    ('do = "crash"',
     ["8: at[0].cp: found nothing (the key is required); allowed the id of a charge point"]),
    ('do = "crash"\ncp = "CP9"',
     [('11: at[0].cp: found "CP9", which is no charge point of this file; '
      "allowed CP1, CP2, leader")]),
    ('do = "restart"\ncp = "leader"',
     ['11: at[0].cp: found "leader", which is no charge point of this file; allowed CP1, CP2']),
    ('do = "crash"\ncp = "all"',
     [('11: at[0].cp: found "all", which is no charge point of this file; '
      "allowed CP1, CP2, leader")]),
    ('do = "stop_cp"\ncp = "CP9"',
     [('11: at[0].cp: found "CP9", which is no charge point of this file; '
      "allowed CP1, CP2, all")]),
    ('do = "reset"\ncp = "all"\nkind = "hard"',
     ['12: at[0].kind: found "hard"; allowed Soft, Hard; did you mean "Hard"?']),
    ('do = "plug_in"\nev = "EV9"\ncp = "CP1"',
     ['11: at[0].ev: found "EV9", which is no EV of this file; allowed EV1']),
    ('do = "plug_in"\nev = "ev1"\ncp = "EV1"',
     ['11: at[0].ev: found "ev1", which is no EV of this file; allowed EV1; did you mean "EV1"?',
      '12: at[0].cp: found "EV1", which is no charge point of this file; allowed CP1, CP2']),
    ('do = "heal"\ncp = "CP1"',
     ["11: at[0].cp: found an argument that heal does not take; allowed t, do, after"]),
    ('do = "loss"\nrate_ppm = 5',
     ["8: at[0].rate: found nothing (the key is required); allowed " + PERCENT,
      ("11: at[0].rate_ppm: found an unknown key; allowed t, do, after, rate, a, b, oneway; "
      'did you mean "rate"?')]),
    ('do = "loss"\nrate = "5%"\nb = "CP1"',
     ["12: at[0].b: found one end of a link, without a; allowed both a and b, a, or none"]),
    ('do = "loss"\nrate = "5%"\noneway = true',
     ["12: at[0].oneway: found one direction of every link; allowed it beside a"]),
    ('do = "slow"\ncp = "CP1"\ndelay = "-1s"',
     [f'12: at[0].delay: found "-1s"; allowed {DURATION}, from 0s to 1m']),
    ('do = "clock_drift"\ncp = "CP1"\ndrift = "-51%"',
     [('12: at[0].drift: found "-51%"; allowed a drift such as "200ppm" or "-1%", '
       "from -50% to 100%")]),
    ('do = "cut"\na = "CP1"\nb = "CP1"',
     ['12: at[0].b: found "CP1" at both ends; allowed two different CPs']),
    ('do = "delay"\nextra = 50',
     [f"11: at[0].extra: found the number 50 without a unit; allowed {DURATION}, from 0s to 1m"]),
    ('do = "partition"\ngroups = [["CP1", "CP2"]]',
     ["11: at[0].groups: found one group of all charge points; allowed at least two groups"]),
    ('do = "partition"\ngroups = [["CP1"],\n  ["CP2", "CP1"]]',
     ['12: at[0].groups[1][1]: found "CP1" a second time; allowed each charge point once']),
    ('do = "partition"\ngroups = [["CP1"],\n  ["CP7"]]',
     [('12: at[0].groups[1][0]: found "CP7", which is no charge point of this file; '
      "allowed CP1, CP2")]),
    ('do = "partition"\ngroups = ["CP1", "CP2"]',
     [('11: at[0].groups[0]: found "CP1"; allowed groups of charge points such as '
      '[["CP1", "CP2"], ["CP3"]]')]),
    ('do = "partition"\ngroups = []',
     [("11: at[0].groups: found an empty array; allowed groups of charge points such as "
      '[["CP1", "CP2"], ["CP3"]]')]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_lines_of_the_script(text: str, expected: list[str]) -> None:
    """Verbs and their arguments."""
    found = problems(f'{HEAD}[[at]]\nt = "1m"\n{text}\n')
    assert found == [f"f.toml:{line}" for line in expected]


ALL_FEATURES = ", ".join((*FEATURES, *POWER_FEATURES))
EXPECTATIONS = [
    ("", [f"8: expect[0]: found no subject; allowed exactly one of {ABOUT}"]),
    ('ev = "EV1"\ncp = "CP1"\nstate = "charging"',
     [f"10: expect[0].cp: found a second subject beside ev; allowed exactly one of {ABOUT}"]),
    ('ev = "EV1"', [("8: expect[0]: found ev and nothing to check of it; allowed ev with one or "
                    f"more of {', '.join(SUBJECTS['ev'])}")]),
    ('cp = "CP1"\nsoc = ["1%", "2%"]', [("10: expect[0].soc: found it beside cp; "
                                        "allowed it beside ev")]),
    ('replicas = "equal"\nstate = "charging"',
     ["10: expect[0].state: found it beside replicas; allowed it beside ev or cp"]),
    ('ev = "EV7"\nstate = "not_connected"',
     ['9: expect[0].ev: found "EV7", which is no EV of this file; allowed EV1']),
    ('ev = "EV1"\nstate = "charging"',
     [f'10: expect[0].state: found "charging"; allowed {", ".join(EV_STATES)}']),
    ('cp = "CP1"\nstate = "send_needs"',
     [f'10: expect[0].state: found "send_needs"; allowed {", ".join(CP_STATES)}']),
    ('replicas = "same"', ['9: expect[0].replicas: found "same"; allowed equal']),
    ('leader = "CP3"',
     [('9: expect[0].leader: found "CP3", which is no charge point of this file; '
      "allowed CP1, CP2, any, none")]),
    ("sessions = -1", [("9: expect[0].sessions: found -1; allowed a whole number "
                       "from 0 to 1,000,000")]),
    ('power = "22kW"',
     [(f'9: expect[0].power: found "22kW"; allowed two values, the lower first, each {POWER}, '
      "from 0W to 1000MW")]),
    ('ev = "EV1"\nenergy = ["6kWh", "4kWh"]',
     [('10: expect[0].energy: found the array ["6kWh", "4kWh"]; allowed two values, the lower '
      f"first, each {ENERGY}, from 0Wh to 10MWh")]),
    ('count = "election"\nat_least = 1',
     [(f'9: expect[0].count: found "election"; allowed {ALL_FEATURES}; '
      'did you mean "elections"?')]),
    ('count = "elections"',
     [("8: expect[0]: found count and nothing to check of it; allowed count with one or more of "
      "at_least, at_most")]),
    ('count = "elections"\nsince = "1m"',
     [("8: expect[0]: found count and nothing to check of it; allowed count with one or more of "
      "at_least, at_most")]),
    ('count = "elections"\nat_least = -1',
     ["10: expect[0].at_least: found -1; allowed a whole number from 0 to 1,000,000,000"]),
    ('count = "elections"\nat_least = 3\nat_most = 2',
     ["11: expect[0].at_most: found 2; allowed at_least, 3, or more"]),
    ('t = "1m"\ncount = "elections"\nat_most = 0\nsince = "61s"',
     ['12: expect[0].since: found "1m1s"; allowed 0s to 1m, when it is looked at']),
    ('replicas = "equal"\nat_least = 1',
     ["10: expect[0].at_least: found it beside replicas; allowed it beside count or drivers"]),
    ('t = "11m"\nreplicas = "equal"',
     ['9: expect[0].t: found "11m"; allowed 0s to 10m, the run\'s duration']),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), EXPECTATIONS)
def test_expectations(text: str, expected: list[str]) -> None:
    """Subjects and what may be said of them."""
    found = problems(f"{HEAD}[[expect]]\n{text}\n")
    assert found == [f"f.toml:{line}" for line in expected]


def test_a_line_after_the_end() -> None:
    """What would never happen is a mistake."""
    assert problems(f'{HEAD}[[at]]\nt = "10m1s"\ndo = "heal"\n') == [
        'f.toml:9: at[0].t: found "10m1s"; allowed 0s to 10m, the run\'s duration'
    ]


def test_the_last_instant_still_counts() -> None:
    """A line and an expectation may stand at the very end."""
    text = f'{HEAD}[[at]]\nt = "10m"\ndo = "heal"\n[[expect]]\nt = "10m"\nsessions = 0\n'
    assert loads(text, "f.toml").script[0].t_us == loads(text, "f.toml").duration_us


def test_all_problems_come_at_once_in_order_of_lines() -> None:
    """One round of mending is enough, whatever part of the loader found the problem."""
    text = """\
duration = "10m"
[[expect]]
ev = "EV2"
state = "asleep"
[[at]]
t = "20m"
do = "plug_in"
ev = "EV1"
cp = "CP9"
[[ev]]
id = "EV1"
battery = 40
[[cp]]
id = "CP1"
ratd = "11kW"
[site]
capacity = "much"
"""
    fields = [problem.split(": ")[:2] for problem in problems(text)]
    assert fields == [
        ["f.toml:3", "expect[0].ev"],
        ["f.toml:4", "expect[0].state"],
        ["f.toml:6", "at[0].t"],
        ["f.toml:9", "at[0].cp"],
        ["f.toml:12", "ev[0].battery"],
        ["f.toml:15", "cp[0].ratd"],
        ["f.toml:17", "site.capacity"],
    ]


def test_one_mistake_gives_one_message() -> None:
    """An EV whose battery is wrong is still known to the script."""
    text = f'{HEAD}battery = 40\n[[at]]\nt = "1m"\ndo = "plug_in"\nev = "EV1"\ncp = "CP1"\n'
    assert len(problems(text)) == 1


def test_a_hostile_path_cannot_steer_the_terminal() -> None:
    """Escapes in the file's name are shown, not obeyed."""
    assert problems("x = ", path="\x1b[2J.toml")[0].startswith("\\x1b[2J.toml:1: syntax: ")


def test_long_lists_of_names_are_cut() -> None:
    """A thousand charge points do not fill the screen."""
    text = 'duration = "1m"\ncps = 1000\n[[at]]\nt = "1s"\ndo = "restart"\ncp = "X"\n'
    assert problems(text) == [
        (
            'f.toml:6: at[0].cp: found "X", which is no charge point of this file; '
            "allowed one of CP1, CP2, CP3, … CP1000 (1000 in all)"
        )
    ]


def test_somebody_must_be_a_first_member() -> None:
    """Whoever joins needs a group to join; the schema cannot say so."""
    text = 'duration = "1m"\n[[cp]]\nid = "A"\nmember = false'
    assert problems(text) == [
        "f.toml:2: cp: found member = false everywhere; allowed at least one first member"
    ]
