"""What may stand in a lesson file, and what is said of what may not; the JSON schema agrees."""

import tomllib

import pytest
from jsonschema import Draft202012Validator

from scenarios.errors import ScenarioError
from scenarios.json_schema import schema
from scenarios.lessons.lesson import Condition, Lesson, Spoil, Step
from scenarios.lessons.library import lesson_of, lessons
from scenarios.loader import loads
from scenarios.writer import to_toml

HEAD = 'duration = "1m"\ncps = 3\n[[ev]]\nid = "EV1"\n'
LESSON = '[lesson]\nnumber = 1\ntitle = "T"\n'
STEP = '[[step]]\nsay = "S."\ndo = "D."\n'
DONE = 'done = [{ leader = "any" }]\n'
VALIDATOR = Draft202012Validator(schema())

WHOLE = (
    HEAD
    + '[lesson]\nnumber = 7\ntitle = "A title"\ngoal = "A goal."\nspeed = 2\nselect = "CP2"\n'
    + '[[step]]\nsay = "{leader} leads."\ndo = "Press {key:kill}."\nhint = "H."\n'
    + 'after = "{old} and {now.leader}."\nkeep = { old = "leader" }\n'
    + 'done = [{ did = "crash", cp = "@old" }, { cp = "!@old", role = "leader" }]\n'
    + 'spoils = [{ did = "crash", cp = "!@old", say = "Not {old}." }]\n'
)


def test_a_whole_lesson() -> None:
    """Every key has its attribute; a condition its subject and what is said of it."""
    assert loads(WHOLE, "own.toml").lesson == Lesson(
        number=7,
        title="A title",
        goal="A goal.",
        speed=2.0,
        select="CP2",
        steps=(
            Step(
                says="{leader} leads.",
                task="Press {key:kill}.",
                hint="H.",
                after="{old} and {now.leader}.",
                keep={"old": "leader"},
                done=(
                    Condition("did", "crash", {"cp": "@old"}),
                    Condition("cp", "!@old", {"role": "leader"}),
                ),
                spoils=(Spoil(Condition("did", "crash", {"cp": "!@old"}), "Not {old}."),),
            ),
        ),
    )
    assert VALIDATOR.is_valid(tomllib.loads(WHOLE))


def test_a_scenario_need_not_be_a_lesson() -> None:
    """It has none then."""
    assert loads(HEAD, "plain.toml").lesson is None


@pytest.mark.parametrize("scenario", lessons(), ids=lambda it: it.name)
def test_the_lessons_are_valid_to_the_schema_too(scenario: object) -> None:
    """Each file, as it stands."""
    path = scenario.path  # type: ignore[attr-defined]
    with open(path, "rb") as file:  # noqa: PTH123
        assert [it.message for it in VALIDATOR.iter_errors(tomllib.load(file))] == []


def test_a_session_saved_from_a_lesson_is_an_ordinary_scenario() -> None:
    """What is written of it has no lesson any more, and loads."""
    scenario = lessons()[2]
    again = loads(to_toml(scenario), "again.toml")
    assert again.lesson is None
    assert again.script == tuple(
        line.__class__(t_us=line.t_us, verb=line.verb, args=line.args, line=found.line)
        for line, found in zip(scenario.script, again.script, strict=True)
    )


def test_a_fact_of_the_end_of_a_step_is_for_later_ones() -> None:
    """Texts and conditions of the step itself cannot name it."""
    keep = 'keep = { late = "now.leader" }\n'
    after = STEP.replace("S.", "{late}")
    found = loads(HEAD + LESSON + STEP + DONE + keep + after + DONE, "f.toml").lesson
    assert found is not None
    assert found.steps[0].keep == {"late": "now.leader"}
    with pytest.raises(ScenarioError, match=r'step\[0\].say: found "\{late\}"'):
        loads(HEAD + LESSON + after + DONE + keep, "f.toml")
    assert VALIDATOR.is_valid(tomllib.loads(HEAD + LESSON + STEP + DONE + keep))


FACTS = "time, leader, ballot, round, "
BROKEN = [
    (STEP + DONE, "f.toml:5: step: found steps without a [lesson]; allowed a [lesson] table"),
    (LESSON, "f.toml:5: lesson: found 0 steps; allowed 1 to 20 [[step]] tables"),
    (
        '[lesson]\nnumber = 0\ntitle = "T"\n' + STEP + DONE,
        "f.toml:6: lesson.number: found 0; allowed a whole number from 1 to 99",
    ),
    (
        '[lesson]\nnumber = 1\nname = "T"\n' + STEP + DONE,
        "lesson.name: found an unknown key; allowed number, title, goal, speed, select",
    ),
    (
        LESSON + 'select = "CP9"\n' + STEP + DONE,
        'lesson.select: found "CP9"; allowed CP1, CP2, CP3; did you mean',
    ),
    (LESSON + STEP, "step[0].done: found nothing (the key is required); allowed an array of 1"),
    (LESSON + STEP + "done = []\n", "step[0].done: found 0 conditions; allowed an array of 1"),
    (LESSON + STEP + "done = 3\n", "step[0].done: found 3; allowed an array of 1 to 12"),
    (LESSON + STEP + "done = [3]\n", "step[0].done: found the array [3]; allowed an array"),
    (
        LESSON + "[[step]]\nsay = 3\n" + DONE,
        "step[0].say: found 3; allowed text of at most 900 characters",
    ),
    (LESSON + "[[step]]\nsay = 3\n" + DONE, "step[0].do: found nothing (the key is required)"),
    (
        LESSON + STEP + "done = [{ role = 'leader' }]\n",
        "step[0].done[0]: found a condition without a subject; allowed did, undone, cp, ev, ",
    ),
    (
        LESSON + STEP + "done = [{ leader = 'any', role = 'leader' }]\n",
        "step[0].done[0].role: found it beside leader; allowed ballot",
    ),
    (
        LESSON + STEP + "done = [{ branch = 'new', role = 'leader' }]\n",
        "step[0].done[0].role: found it beside branch; allowed branch alone",
    ),
    (
        LESSON + STEP + "done = [{ cp = 'CP1' }]\n",
        "step[0].done[0]: found cp alone; allowed with it status, role, ",
    ),
    (
        LESSON + STEP + "done = [{ cp = 'CP9', role = 'leader' }]\n",
        'step[0].done[0].cp: found "CP9"; allowed CP1, CP2, CP3, any',
    ),
    (
        LESSON + STEP + "done = [{ ev = '!EV9', state = 'send_needs' }]\n",
        'step[0].done[0].ev: found "!EV9"; allowed EV1, any',
    ),
    (
        LESSON + STEP + "done = [{ leader = '@liader' }]\n",
        f'step[0].done[0].leader: found "@liader"; allowed {FACTS}',
    ),
    (
        LESSON + STEP + "done = [{ leader = 'CP 1' }]\n",
        'step[0].done[0].leader: found "CP 1"; allowed any, none, the id of a charge point or',
    ),
    (
        LESSON + STEP + "done = [{ did = 'crush' }]\n",
        'step[0].done[0].did: found "crush"; allowed ',
    ),
    (
        LESSON + STEP + "done = [{ slot = 'last', is = 'chosen' }]\n",
        'step[0].done[0].slot: found "last"; allowed a number, or @fact',
    ),
    (
        LESSON + STEP + "done = [{ time = '3s' }]\n",
        'step[0].done[0].time: found "3s"; allowed two values, the lower first',
    ),
    (
        LESSON + STEP + DONE + "spoils = [{ leader = 'none' }]\n",
        "step[0].spoils[0].say: found nothing (the key is required); allowed what went wrong",
    ),
    (
        LESSON + STEP + "done = [{ leader = 'none', say = 'no' }]\n",
        "step[0].done[0].say: found it beside leader; allowed ballot",
    ),
    (
        LESSON + STEP + DONE + "keep = { old = 'liader' }\n",
        f'step[0].keep.old: found "liader"; allowed {FACTS}',
    ),
    (
        LESSON + STEP + DONE + "keep = { leader = 'time' }\n",
        'step[0].keep.leader: found the name "leader"; allowed small letters, and no fact\'s name',
    ),
    (LESSON + STEP + DONE + "keep = 3\n", "step[0].keep: found 3; allowed a table such as"),
    (
        LESSON + "[[step]]\nsay = 'S {liader}.'\ndo = 'D.'\n" + DONE,
        f'step[0].say: found "{{liader}}"; allowed facts: {FACTS}',
    ),
    (
        LESSON + "[[step]]\nsay = 'S {now.leader}.'\ndo = 'D.'\n" + DONE,
        f'step[0].say: found "{{now.leader}}"; allowed facts: {FACTS}',
    ),
    (
        LESSON + STEP + DONE + "[[step]]\nsay = 'S.'\ndo = '{old}.'\n" + DONE,
        f'step[1].do: found "{{old}}"; allowed facts: {FACTS}',
    ),
    ("lesson = 3\n", "lesson: found 3; allowed one table: write [lesson]"),
    (LESSON + "[step]\nsay = 'S.'\n", "step: found a single table; allowed an array of tables"),
    (
        f'[session]\nuntil = "1s"\nevents = 1\ndigest = "{"0" * 32}"\n' + LESSON + STEP + DONE,
        "lesson: found it beside [session]; allowed a scenario of one site that is no saved",
    ),
    (LESSON + (STEP + DONE) * 21, "step: found 21 steps; allowed 1 to 20 [[step]] tables"),
]


@pytest.mark.parametrize(("text", "sentence"), BROKEN, ids=[str(n) for n in range(len(BROKEN))])
def test_what_is_refused(text: str, sentence: str) -> None:
    """With its line, its field, what was found and what is allowed."""
    whole = "lesson = 3\n" + HEAD if text.startswith("lesson") else HEAD + text
    with pytest.raises(ScenarioError) as refused:
        loads(whole, "f.toml")
    assert any(sentence in problem for problem in refused.value.problems), refused.value.problems
    assert all(problem.startswith("f.toml:") for problem in refused.value.problems)


def test_a_city_is_no_lesson() -> None:
    """Its sites have a group each; a lesson is about one."""
    text = 'duration = "1m"\n[[site]]\nid = "A"\ncps = 3\n' + LESSON + STEP + DONE
    with pytest.raises(ScenarioError, match=r"lesson: found it beside \[\[site\]\] tables"):
        loads(text, "f.toml")


_LOADER_ONLY = ("[session]", "CP9", "EV9", "iader", "slot", "{", "the name", "say")
"""What a schema cannot see: names, and which stand in texts."""


@pytest.mark.parametrize(("text", "sentence"), BROKEN, ids=[str(n) for n in range(len(BROKEN))])
def test_the_schema_refuses_it_as_well(text: str, sentence: str) -> None:
    """As far as it is about one value or one table."""
    if not any(mark in sentence for mark in _LOADER_ONLY):
        whole = "lesson = 3\n" + HEAD if text.startswith("lesson") else HEAD + text
        assert not VALIDATOR.is_valid(tomllib.loads(whole)), sentence


def test_a_lesson_has_its_steps_in_the_library() -> None:
    """None is left out by an error that nobody sees."""
    assert sum(len(lesson_of(it).steps) for it in lessons()) == 72
