"""``evtui check``: verdicts, exit codes, what is refused, and what is said of a wrong history."""

import json
from io import StringIO
from pathlib import Path

import pytest

from evtui.check.jepsen import ALLOWED
from evtui.check.reading import read_history
from evtui.cli import main

HISTORIES = Path(__file__).parents[3] / "shared/data/histories"
SHARED = [path for path in (HISTORIES, Path("../shared/data/histories")) if path.is_dir()]

RIGHT = ("etcd_002.log", "etcd_005.log", "etcd_007.log")

PUT = '{"client":0,"op":"put","key":"x","value":"a","result":null,"call":0,"return":1}'
STALE = [
    PUT,
    '{"client":1,"op":"put","key":"x","value":"b","result":null,"call":2,"return":3}',
    '{"client":2,"op":"get","key":"x","value":null,"result":"a","call":4,"return":5}',
]

LOG = """\
INFO  jepsen.util - 0\t:invoke\t:write\t4
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
INFO  jepsen.util - 1\t:invoke\t:read\tnil
INFO  jepsen.util - 0\t:ok\t:write\t4
INFO  jepsen.util - 1\t:fail\t:read\t:timed-out
INFO  jepsen.util - 1\t:invoke\t:cas\t[4 5]
INFO  jepsen.util - 1\t:info\t:cas\t:timed-out
INFO  jepsen.util - 0\t:invoke\t:read\tnil
INFO  jepsen.util - 0\t:ok\t:read\t5
INFO  jepsen.util - 2\t:invoke\t:cas\t[4 6]
INFO  jepsen.util - 2\t:fail\t:cas\t[4 6]
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path for a history, in the working directory."""
    monkeypatch.chdir(tmp_path)
    return Path("h.jsonl")


def check(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    code = main(["check", *args])
    return code, *capsys.readouterr()


@pytest.mark.skipif(not SHARED, reason="the published histories are not here")
@pytest.mark.parametrize("number", range(10))
def test_the_published_histories(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten logs of etcd, each with the verdict that was published with it."""
    name = f"etcd_{number:03}.log"
    code, out, err = check(capsys, str(SHARED[0] / name))
    right = name in RIGHT
    assert (code, err) == (0 if right else 1, "")
    assert out.splitlines()[0] == ("linearizable" if right else "not linearizable")


def test_a_wrong_history_is_explained(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict on a line of its own, the prefix, and who is to blame, by line."""
    file.write_text("\n".join(STALE))
    assert check(capsys, "h.jsonl") == (
        1,
        """\
not linearizable
h.jsonl: 3 operations of 3 clients on 1 key (JSON lines, model kv)
the shortest prefix that is not has 6 events of 3 operations; it ends at 5 with the return of the \
operation on line 3, on key "x"
these cannot be ordered, whatever the others did:
  line 1  client 0  put x "a"    0 to 1
  line 2  client 1  put x "b"    2 to 3
  line 3  client 2  get x → "a"  4 to 5
the longest order that holds has 2 of the prefix's 3 operations on this key
""",
        "",
    )


def test_the_same_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object with everything."""
    file.write_text("\n".join([*STALE, PUT.replace('"x"', '"y"')]))
    code, out, _ = check(capsys, "h.jsonl", "--json", "--model", "kv")
    found = json.loads(out)
    assert (code, found["verdict"]) == (1, "not linearizable")
    assert found["prefix"] == {
        "events": 8, "operations": 4, "time": 5, "line": 3, "key": "x",
        "lines_on_key": [1, 2, 3], "shortest": True,
    }  # fmt: skip
    assert [each["line"] for each in found["cannot_be_ordered"]] == [1, 2, 3]
    assert found["minimal"]
    assert found["partial_linearizations"] == [[1, 2]]
    assert found["cannot_be_ordered"][2]["result"] == "a"


def test_a_cas_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it expected, and what it wrote; also where it is to blame."""
    cas = '{"client":%d,"op":"cas","key":"x","value":["a",[1]],"result":true,"call":%d,"return":%d}'
    file.write_text("\n".join([PUT, cas % (1, 2, 5), cas % (2, 3, 6)]))
    code, out, _ = check(capsys, "h.jsonl", "--json", "--model", "kv")
    found = json.loads(out)
    assert (code, found["verdict"]) == (1, "not linearizable")
    assert [each["value"] for each in found["cannot_be_ordered"]][-2:] == [["a", [1]]] * 2


def test_one_wrong_answer_among_many_is_blamed_alone(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody wrote what it was told; the open operations beside it are not to blame."""
    rows = []
    for n in range(300):
        row = {"client": n % 7, "op": "put", "key": "x", "value": f"v{n}", "result": None}
        rows.append({**row, "call": 10 * n, "return": None if n % 9 == 0 else 10 * n + 35})
    odd = {"client": 9, "op": "get", "key": "x", "value": None, "result": "never written"}
    rows.append({**odd, "call": 1_500, "return": 1_550})
    file.write_text("\n".join(json.dumps(row) for row in rows))
    code, out, _ = check(capsys, "h.jsonl", "--json", "--model", "kv")
    found = json.loads(out)
    assert (code, found["minimal"]) == (1, True)
    assert [each["line"] for each in found["cannot_be_ordered"]] == [301]


@pytest.mark.parametrize("name", ["etcd_001.log", "etcd_006.log"])
@pytest.mark.skipif(not SHARED, reason="the published histories are not here")
def test_the_longest_order_is_the_longest(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of those that are shown."""
    assert main(["check", str(SHARED[0] / name), "--json"]) == 1
    orders = json.loads(capsys.readouterr().out)["partial_linearizations"]
    assert len(orders) > 1
    assert len(orders[0]) == max(map(len, orders))


def test_a_history_is_not_written_over(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its own page."""
    file.write_text(PUT)
    code, _, error = check(capsys, "h.jsonl", "--html", "./h.jsonl")
    assert code == 2
    assert error == "evtui: --html: found the file of the history; allowed another one\n"
    assert file.read_text() == PUT


def test_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hyphen stands for it."""
    monkeypatch.setattr("sys.stdin", StringIO(PUT))
    code, out, _ = check(capsys, "-")
    assert (code, out.splitlines()[0]) == (0, "linearizable")


@pytest.mark.parametrize("text", ["", "\n \r\n", "\ufeff"])
def test_no_operations_are_linearizable(
    text: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody was told anything wrong."""
    file.write_text(text, encoding="utf-8")
    code, out, _ = check(capsys, "h.jsonl")
    assert code == 0
    assert out == (
        "linearizable\nh.jsonl: no operations, so nothing is wrong (JSON lines, model kv)\n"
    )


def test_when_the_time_is_up(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is claimed; the exit code is one of its own."""
    lines = [
        json.dumps(
            {"client": n, "op": "append", "key": "x", "value": str(n), "call": 0, "return": 9}
        )
        for n in range(40)
    ]
    lines += ['{"client":99,"op":"get","key":"x","result":"0123","call":10,"return":11}']
    file.write_text("\n".join(lines))
    code, out, _ = check(capsys, "h.jsonl", "--time-limit", "0s")
    assert (code, out.splitlines()[0]) == (3, "unknown")
    assert "the time limit of 0 s was up" in out


def test_a_history_that_takes_too_long(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of 26 appends at once no order gives what was read, and there are too many to try."""
    letters = [chr(97 + n) for n in range(26)]
    lines = [
        json.dumps({"client": n, "op": "append", "key": "x", "value": it, "call": 0, "return": 100})
        for n, it in enumerate(letters)
    ]
    read = "".join(letters[n * 7 % 26] for n in range(24)) + "!!"
    lines.append(
        json.dumps({"client": 99, "op": "get", "key": "x", "result": read, "call": 101,
                    "return": 102})
    )  # fmt: skip
    file.write_text("\n".join(lines))
    code, out, err = check(capsys, "h.jsonl", "--time-limit", "500ms", "--html", "h.html")
    assert (code, out.splitlines()[0], err) == (3, "unknown", "")
    assert "the time limit of 0.5 s was up after " in out
    assert "? unknown" in Path("h.html").read_text(encoding="utf-8")


ODD = [
    # One that stands there twice is done twice.
    ([PUT, PUT], 0),
    # What is not known of a field does not matter.
    ([PUT.replace('"return"', '"colour":"red","return"')], 0),
    # Numbers beyond what a double tells apart.
    ([PUT.replace('"a"', "9007199254740993"),
      '{"client":1,"op":"get","key":"x","result":9007199254740993,"call":2,"return":3}'], 0),
    ([PUT.replace('"a"', "9007199254740993"),
      '{"client":1,"op":"get","key":"x","result":9007199254740992,"call":2,"return":3}'], 1),
    ([PUT.replace('"call":0,"return":1', f'"call":{10**30},"return":{10**30 + 1}'),
      STALE[2].replace('"call":4,"return":5', f'"call":{10**30 + 2},"return":{10**30 + 3}')], 0),
    # A key that nobody has written; one that is a number is not the text of it.
    (['{"client":1,"op":"get","key":"x","result":null,"call":2,"return":3}'], 0),
    ([PUT.replace('"x"', "7"),
      '{"client":1,"op":"get","key":"7","result":null,"call":2,"return":3}'], 0),
    # An open write that shows much later, and one that goes again.
    ([PUT.replace('"return":1', '"return":null'),
      '{"client":1,"op":"get","key":"x","result":null,"call":5,"return":6}',
      '{"client":1,"op":"get","key":"x","result":"a","call":50,"return":60}'], 0),
    ([PUT.replace('"return":1', '"return":null'),
      '{"client":1,"op":"get","key":"x","result":"a","call":5,"return":6}',
      '{"client":1,"op":"get","key":"x","result":null,"call":50,"return":60}'], 1),
    # A result of an open operation means nothing.
    ([PUT, '{"client":1,"op":"get","key":"x","result":"z","call":5,"return":null}'], 0),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "code"), ODD, ids=range(len(ODD)))
def test_odd_histories(
    lines: list[str], code: int, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is unusual, and has a verdict all the same; also with its lines the other way round."""
    for each in (lines, lines[::-1]):
        file.write_text("\n".join(each))
        assert check(capsys, "h.jsonl")[0] == code


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([LOG.splitlines()[0], PUT],
         f'2: found {PUT[:19]}…{PUT[-19:]}; allowed {ALLOWED}'),
        ([PUT, LOG.splitlines()[0]],
         "2: found no JSON (Expecting value, column 1); allowed an object of JSON on each line"),
    ],
)  # fmt: skip
def test_a_file_of_two_formats_is_refused(
    lines: list[str], sentence: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their times cannot be compared."""
    file.write_text("\n".join(lines))
    assert check(capsys, "h.jsonl") == (2, "", f"evtui: h.jsonl:{sentence}\n")


def test_a_model_that_does_not_match(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked for by hand; and a log of Jepsen is a register whatever is said."""
    file.write_text(PUT)
    assert check(capsys, "h.jsonl", "--model", "register")[2] == (
        'evtui: h.jsonl:1: op: found "put"; allowed one of read, write, cas\n'
    )
    file.write_text(LOG)
    for model in ("network", "kv"):
        assert check(capsys, "h.jsonl", "--model", model)[2] == (
            f"evtui: --model: found {model}; allowed register: h.jsonl is of Jepsen\n"
        )
    assert check(capsys, "h.jsonl", "--model", "register")[0] == 0


def test_crlf_and_a_byte_order_mark_do_not_matter(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor do empty lines; lines keep their numbers."""
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n\r\n".join(STALE).encode())
    code, out, _ = check(capsys, "h.jsonl")
    assert code == 1
    assert "line 5  client 2" in out


def test_a_jepsen_log(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A read that timed out is none, an :info is open, a failed cas has seen another value."""
    file.write_text(LOG)
    code, out, _ = check(capsys, "h.jsonl")
    assert code == 0
    assert "4 operations of 3 clients, 1 of them without a return (Jepsen log" in out
    assert [op.name for op in read_history("h.jsonl", None).operations] == [
        "write", "cas", "read", "cas",
    ]  # fmt: skip
    file.write_text(LOG.replace(":read\t5", ":read\t4"))
    assert check(capsys, "h.jsonl")[0] == 0  # the open cas comes between the read and the last cas
    file.write_text(LOG.replace("[4 5]", "[3 5]").replace(":read\t5", ":read\t4"))
    assert check(capsys, "h.jsonl")[0] == 1  # now nothing can have taken 4 away


def test_a_client_that_does_two_things_at_once(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both count as concurrent, and it is told; after an open operation it may go on."""
    first = PUT.replace('"return":1', '"return":9')
    second = PUT.replace('"call":0,"return":1', '"call":4,"return":12')
    file.write_text(f"{second}\n{first}")
    code, _, err = check(capsys, "h.jsonl")
    assert code == 0
    assert err == (
        "evtui: h.jsonl: line 1: client 0 calls before its operation on line 2 has returned; "
        "both count as concurrent (1 ×, here first)\n"
    )
    file.write_text("\n".join([PUT.replace('"return":1', '"return":null'), second]))
    assert check(capsys, "h.jsonl")[2] == ""


def test_true_is_not_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But 1.0 is."""
    put = PUT.replace('"a"', "1")
    get = '{"client":1,"op":"get","key":"x","result":%s,"call":2,"return":3}'
    for result, right in (("1", 0), ("1.0", 0), ("true", 1), ('"1"', 1), ("[1]", 1)):
        file.write_text(put + "\n" + get % result)
        assert check(capsys, "h.jsonl")[0] == right, result


def test_lists_in_lists_are_values(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Up to a hundred of them, also where a picture of them is drawn."""
    deep = "[" * 100 + "]" * 100
    get = '{"client":1,"op":"get","key":"x","result":%s,"call":2,"return":3}'
    for read, code in ((deep, 0), (deep[1:-1], 1)):
        file.write_text(PUT.replace('"a"', deep) + "\n" + get % read)
        assert check(capsys, "h.jsonl", "--html", "h.html")[0] == code
        assert check(capsys, "h.jsonl", "--json")[0] == code


def test_a_cas_may_name_what_it_expects(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Instead of a pair."""
    cas = '{"client":1,"op":"cas","key":"x",%s,"result":true,"call":2,"return":3}'
    for says, right in (('"value":["a","b"]', 0), ('"expected":"a","value":"b"', 0),
                        ('"expected":"b","value":"a"', 1)):  # fmt: skip
        file.write_text(PUT + "\n" + cas % says)
        assert check(capsys, "h.jsonl")[0] == right


DEEP = "allowed values of at most 100 lists and objects in each other"

REFUSED = [
    ("[1]", "found [1]; allowed an object of JSON on each line"),
    ("{", "found no JSON (Expecting …e quotes, column 2); allowed an object of JSON on each line"),
    (PUT.replace('"call":0', '"call":NaN'), "found NaN; allowed numbers of JSON"),
    (PUT.replace('"call":0', '"call":1e999'),
     "found 1e999; allowed numbers that a double can hold"),
    (PUT.replace('"call":0', '"call":' + "9" * 5000),
     "found a number of too many digits; allowed 4,300 digits"),
    ("[" * 100_000, f"found JSON that is nested too deeply; {DEEP}"),
    (PUT.replace('"a"', "[" * 900 + "]" * 900), f"found JSON that is nested too deeply; {DEEP}"),
    (PUT.replace('"a"', '{"a":' * 101 + "1" + "}" * 101),
     f"found JSON that is nested too deeply; {DEEP}"),
    (PUT.replace('"call":0', '"call":5'), "return: found 1; allowed 5, the call, or later"),
    (PUT.replace('"call":0', '"call":"0"'), 'call: found "0"; allowed a number'),
    (PUT.replace('"call":0', '"call":true'), "call: found true; allowed a number"),
    (PUT.replace('"return":1', '"return":"1"'),
     'return: found "1"; allowed a number, or null for an open operation'),
    (PUT.replace(',"return":1', ""),
     "return: found none; allowed a value; null where there is none"),
    (PUT.replace('"op":"put"', '"op":"putt"'),
     'op: found "putt"; allowed one of put, get, append, cas, swap'),
    (PUT.replace('"op":"put"', '"op":null'),
     "op: found null; allowed one of put, get, append, cas, swap"),
    (PUT.replace('"put"', '"append"').replace('"a"', "1"),
     "value: found 1; allowed a text to append"),
    (PUT.replace('"put"', '"cas"'),
     'value: found "a"; allowed [old, new], or the new value beside expected'),
    (PUT.replace('"put"', '"cas"').replace('"a"', "[1,2]"),
     "result: found null; allowed true or false"),
    (PUT.replace('"client":0', '"client":1.5'),
     "client: found 1.5; allowed a text or a whole number"),
    (PUT.replace('"x"', "null"), "key: found null; allowed a text or a whole number"),
    (PUT.replace('"key":"x",', ""), "key: found none; allowed a value; null where there is none"),
    (PUT.replace('"result":null', '"call":7'), "call: found it twice; allowed once"),
    ('{"history":2}', "history: found 2; allowed 1, the version"),
    ('{"history":1,"model":"queue"}',
     'model: found "queue"; allowed one of kv, register, network'),
    ('{"client":0,"op":"apply","value":"","result":null,"call":0,"return":null}',
     "history: found none; allowed the header of a file of evtui run --history"),
    ('{"history":1,"model":"network","capacity_w":-1}',
     "capacity_w: found -1; allowed a number of watts"),
    ('{"history":1,"model":"network","capacity_w":1,"genesis":[["bank"]]}',
     'genesis: found [["bank"]]; allowed what evtui run --history writes'),
]  # fmt: skip


@pytest.mark.parametrize(("line", "sentence"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_history_is_refused(
    line: str, sentence: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With file, line, field, what was found and what is allowed; exit code 2; nothing printed."""
    file.write_text(line)
    assert check(capsys, "h.jsonl") == (2, "", f"evtui: h.jsonl:1: {sentence}\n")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("1\t:invoke\t:read", "0\t:invoke\t:read",
         "3: process: found a call of 0; allowed what came of its call on line 1 first"),
        ("0\t:ok\t:write\t4", "0\t:ok\t:read\t4",
         "4: process: found :ok :read of process 0; allowed :write, as on line 1"),
        ("0\t:ok\t:write\t4", "0\t:ok\t:write\t5",
         "4: value: found 5; allowed that of the call on line 1"),
        ("2\t:fail", "3\t:fail",
         "11: process: found :fail :cas of process 3; allowed its :invoke first"),
        (":read\t5", ":read\tfive", "9: value: found five; allowed a whole number, or nil"),
        ("[4 5]", "[4]", "6: value: found [4]; allowed two numbers such as [3 0]"),
        (":write\t4\nINFO  jepsen.util - :n", ":enqueue\t4\nINFO  jepsen.util - :n",
         "1: operation: found :enqueue; allowed one of :read, :write, :cas"),
        ("INFO  jepsen.util - 0\t:ok\t:read", "0 :ok :read",
         f"9: found 0 :ok :read\\t5; allowed {ALLOWED}"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_jepsen_log(
    old: str, new: str, sentence: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is skipped that could have been an operation."""
    assert LOG.count(old) == 1
    file.write_text(LOG.replace(old, new))
    assert check(capsys, "h.jsonl") == (2, "", f"evtui: h.jsonl:{sentence}\n")


def test_what_is_asked_wrongly(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No such model, no such time, no such file, a binary file, a page that cannot be written."""
    file.write_text(PUT)
    for args, sentence in (
        (["h.jsonl", "--model", "queue"],
         '--model: found "queue"; allowed kv, register, network'),
        (["h.jsonl", "--model", "kv", "--html", "no/such/folder"],
         '--html: cannot write "no/such/folder" (No such file or directory)'),
        (["no.jsonl"],
         "no.jsonl: cannot be read (No such file or directory); allowed a history, or -"),
    ):  # fmt: skip
        assert check(capsys, *args) == (2, "", f"evtui: {sentence}\n")
    assert check(capsys, "h.jsonl", "--time-limit", "1")[0] == 2
    file.write_bytes(PUT.encode() + b"\n\xff\xfe\x00")
    assert check(capsys, "h.jsonl")[2] == (
        "evtui: h.jsonl:2: found bytes that are no UTF-8; allowed lines of JSON, or a Jepsen log\n"
    )


def test_a_put_of_a_number_where_texts_are_appended(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is no sum of the two."""
    file.write_text("\n".join([PUT.replace('"put"', '"append"'), PUT.replace('"a"', "1")]))
    assert check(capsys, "h.jsonl")[2] == (
        "evtui: h.jsonl:2: value: found 1; allowed a text, as this key is appended to\n"
    )


def test_the_same_bytes_in_any_process(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two checks of one file print the same, page and all."""
    file.write_text("\n".join(STALE))
    pages = [
        (check(capsys, "h.jsonl", "--json", "--html", name), Path(name).read_bytes())
        for name in ("a.html", "b.html")
    ]
    assert pages[0] == pages[1]
