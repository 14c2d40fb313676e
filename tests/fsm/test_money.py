"""Bills, payments, tokens: what commands of the log make of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.network.bills import energy_lines
from fsm.network.books import replay
from fsm.network.ledger import opening, transfer
from fsm.network.records import Account, Entry
from fsm.network.snapshot import SnapshotError
from fsm.network.state import NetworkState
from fsm.network.tables import Draft, make_tables
from fsm.network.tariff import Band, Tariff, tariff_payload, tariff_text
from fsm.trust.keys import private_key, public_key
from fsm.trust.receipts import Receipt, write_receipt
from scenarios.audit import findings
from tests.fsm.test_network import Site

S = 1_000_000
HOUR_US = 3_600 * S
TARIFF = Tariff(450_000)


class Shop(Site):
    """A network in which charging costs something."""

    def __init__(self, capacity_w=22_000, *, tariff=TARIFF, balances=None, cps=("CP1", "CP2")):
        super().__init__(capacity_w, boot=())
        balances = {"EV1": 5_000, "EV2": 5_000} if balances is None else balances
        self.state = NetworkState(capacity_w, opening(balances))
        for cp_id in cps:
            self.boot(cp_id, tariff=tariff_payload(tariff))

    def begin(self, cp_id, tag, flexible_w=0, at_us=0, wh=0):
        """StartTransaction of a driver who may have opted in; its answer."""
        more = {"flexiblePower": flexible_w} if flexible_w else {}
        return self.call(
            cp_id, "StartTransaction", at_us, connectorId=1, idTag=tag, meterStart=wh,
            timestamp=at_us, **more,
        )  # fmt: skip

    def read(self, cp_id, transaction, wh, at_us):
        """MeterValues that are sent when they were taken."""
        sample = [{"timestamp": at_us, "sampledValue": [{"value": str(wh)}]}]
        self.call(
            cp_id, "MeterValues", at_us, connectorId=1, transactionId=transaction,
            meterValue=sample,
        )  # fmt: skip

    def end(self, cp_id, transaction, wh, at_us):
        """StopTransaction; its answer."""
        return self.call(
            cp_id, "StopTransaction", at_us, transactionId=transaction, meterStop=wh,
            timestamp=at_us,
        )  # fmt: skip

    def pay(self, transaction, cp_id="CP1", at_us=0):
        """Pay; its answer."""
        data = {"transactionId": transaction}
        return self.call(cp_id, "DataTransfer", at_us, vendorId="evtui", messageId="Pay", data=data)

    def cents(self, name):
        """What is on an account."""
        return self.state.accounts[name].cents


def test_the_bill_is_made_by_the_command_that_stops_the_transaction():
    """It runs along, is closed with the transaction, and its sum is in the answer."""
    shop = Shop()
    shop.begin("CP1", "EV1")
    assert (shop.state.bills[1].status, shop.state.bills[1].cents) == ("running", 0)
    shop.read("CP1", 1, 500, 60 * S)
    assert (shop.state.bills[1].status, shop.state.bills[1].cents) == ("running", 23)
    answer = shop.end("CP1", 1, 1_038, 120 * S)
    assert answer == {"idTagInfo": {"status": "Accepted"}, "totalCost": 47}
    assert (shop.state.bills[1].status, shop.state.bills[1].cents) == ("open", 47)
    assert shop.state.accounts["tag:EV1"] == Account("tag:EV1", 5_000, 0, 47)


def test_a_second_stop_makes_no_second_bill():
    """The answer is the same, and the driver owes it once."""
    shop = Shop()
    shop.begin("CP1", "EV1")
    first = shop.end("CP1", 1, 1_000, 60 * S)
    before = shop.state.bills[1]
    assert shop.end("CP1", 1, 2_000, 90 * S) == first
    assert shop.state.bills[1] == before
    assert shop.state.accounts["tag:EV1"].owed_cents == 45


def test_paying_ten_times_is_paying_once():
    """By whichever charge point: one entry, one debit."""
    shop = Shop()
    shop.begin("CP1", "EV1")
    shop.end("CP1", 1, 1_000, 60 * S)
    answers = [shop.pay(1, cp_id) for cp_id in ("CP1", "CP2") * 5]
    assert answers == [{"status": "Accepted", "data": {"cents": 45}}] * 10
    assert (shop.cents("tag:EV1"), shop.cents("cp:CP1")) == (4_955, 45)
    assert [entry.what for entry in shop.state.entries.values()] == ["opening", "opening", "bill"]
    assert shop.state.bills[1].status == "paid"


@pytest.mark.parametrize("transaction", [0, 1, 7])
def test_what_is_no_bill_yet_is_not_paid(transaction):
    """Neither one that runs nor one that there is not."""
    shop = Shop()
    shop.begin("CP1", "EV1")
    assert shop.pay(transaction) == {"status": "Rejected", "data": {"reason": "NoBill"}}
    assert shop.cents("tag:EV1") == 5_000


def test_a_bill_is_not_paid_in_part():
    """It stays open, and the driver is refused until it is paid; others are not."""
    shop = Shop(balances={"EV1": 20, "EV2": 5_000})
    assert shop.begin("CP1", "EV1")["transactionId"] == 1
    shop.end("CP1", 1, 1_000, 60 * S)
    assert shop.pay(1) == {"status": "Rejected", "data": {"reason": "NoCredit", "cents": 45}}
    assert (shop.cents("tag:EV1"), shop.state.bills[1].status) == (20, "open")
    refused = {"idTagInfo": {"status": "NoCredit"}}
    assert shop.call("CP2", "Authorize", idTag="EV1") == refused
    assert shop.begin("CP2", "EV1") == {"transactionId": 0, **refused}
    assert shop.begin("CP2", "EV2")["transactionId"] == 2


def test_an_open_bill_is_no_reason_to_refuse_who_can_pay_it():
    """Its charge point may have crashed before it was paid."""
    shop = Shop()
    shop.begin("CP1", "EV1")
    shop.end("CP1", 1, 1_000, 60 * S)
    assert shop.begin("CP2", "EV1")["transactionId"] == 2


def test_where_charging_is_free_nobody_needs_money():
    """The bill is there, over nothing, and is paid as soon as it is made."""
    shop = Shop(tariff=Tariff(), balances={})
    shop.begin("CP1", "EV9")
    assert shop.end("CP1", 1, 1_000, 60 * S) == {"idTagInfo": {"status": "Accepted"}}
    bill = shop.state.bills[1]
    assert (bill.status, bill.cents, bill.wh) == ("paid", 0, 1_000)
    assert dict(shop.state.entries) == {}


def test_each_line_is_rounded_and_the_total_is_their_sum():
    """Two prices, time, the start fee."""
    tariff = Tariff(400_000, 35, 20_000, (Band(18 * 60, 22 * 60, 600_000),), 17 * HOUR_US)
    shop = Shop(tariff=tariff)
    shop.begin("CP1", "EV1", at_us=3_500 * S)
    shop.read("CP1", 1, 111, 3_590 * S)
    shop.read("CP1", 1, 222, 3_610 * S)  # 17:59:50 to 18:00:10: the price at its beginning
    shop.end("CP1", 1, 333, 3_725 * S)
    bill = shop.state.bills[1]
    assert energy_lines(bill) == [(222, 400_000, 9), (111, 600_000, 7)]
    assert bill.cents == 9 + 7 + 8 + 35  # 225 s at 2 ct a minute: 7.5 ct


def test_the_tariff_of_the_beginning_holds():
    """A charge point that boots with another price does not change what was promised."""
    shop = Shop()
    shop.begin("CP1", "EV1")
    shop.boot("CP1", tariff=tariff_payload(Tariff(900_000)))
    shop.end("CP1", 1, 1_000, 60 * S)
    assert shop.state.bills[1].cents == 45
    shop.begin("CP1", "EV1", wh=1_000)
    shop.end("CP1", 2, 2_000, 60 * S)
    assert shop.state.bills[2].cents == 90
    shop.boot("CP1")
    shop.begin("CP1", "EV2", wh=2_000)
    assert shop.state.bills[3].tariff == ""


# Tokens.


def shared(flexible_w=11_000, capacity_w=11_000):
    """EV1 charges alone, with 11 kW, then beside EV2, both with half of it."""
    shop = Shop(capacity_w)
    shop.begin("CP1", "EV1", flexible_w)
    shop.begin("CP2", "EV2")
    shop.confirm("CP1")
    shop.read("CP1", 1, 30, 10 * S)
    assert shop.limits == [5_500, 5_500]
    return shop


def test_power_that_was_kept_back_is_paid_in_whole_wh():
    """5.5 kW for an hour in steps; tokens come from the mint when the transaction is closed."""
    shop = shared()
    for minute in range(1, 61):
        shop.read("CP1", 1, 30 + 5_500 * minute // 60, (10 + 60 * minute) * S)
    assert shop.state.accounts.get("mint") is None
    shop.end("CP1", 1, 5_530, 3_610 * S)
    assert shop.state.bills[1].tokens == 5_500
    assert shop.state.accounts["tag:EV1"].tokens == 5_500
    assert shop.state.accounts["mint"].tokens == -5_500


def test_who_did_not_opt_in_gets_none():
    """The same, without flexiblePower."""
    shop = shared(flexible_w=0)
    shop.end("CP1", 1, 5_501, 3_601 * S)
    assert shop.state.bills[1].tokens == 0
    assert "mint" not in shop.state.accounts


def test_an_ev_that_could_not_take_more_gives_up_nothing():
    """Its own limit is below what the network allows."""
    shop = shared(flexible_w=3_700)
    shop.read("CP1", 1, 3_000, 901 * S)
    shop.end("CP1", 1, 3_701, 3_601 * S)
    assert shop.state.bills[1].tokens == 0


def test_an_ev_that_takes_less_than_it_is_allowed_gives_up_nothing():
    """Nine tenths is enough, less is not."""
    counts = {}
    for taken_wh in (1_230, 1_240):
        shop = shared()
        shop.end("CP1", 1, 30 + taken_wh, 910 * S)  # allowed: 1,375 Wh in 15 minutes
        counts[taken_wh] = shop.state.bills[1].tokens
    assert counts == {1_230: 0, 1_240: 1_375}


def test_in_an_interval_the_highest_limit_counts():
    """EV2 left in the middle of it: EV1 may have had 11 kW since, and nobody knows from when."""
    shop = shared()
    shop.read("CP1", 1, 76, 40 * S)
    shop.end("CP2", 2, 0, 41 * S)
    assert shop.limits[0] == 11_000
    before = shop.state.bills[1].flex_uj
    assert before == 5_500 * 30 * S
    shop.read("CP1", 1, 300, 140 * S)
    assert shop.state.bills[1].flex_uj == before


def test_a_limit_that_may_still_be_followed_counts():
    """A lower limit keeps power back only when the charge point has confirmed it."""
    shop = Shop(11_000)
    shop.begin("CP1", "EV1", 11_000)
    shop.read("CP1", 1, 1, 1 * S)
    shop.begin("CP2", "EV2")
    assert shop.limits[0] == 5_500
    shop.read("CP1", 1, 100, 31 * S)
    shop.read("CP1", 1, 200, 61 * S)
    assert shop.state.bills[1].flex_uj == 0


def test_a_clock_that_steps_back_takes_nothing_away():
    """The interval has no length, and the next begins from there."""
    shop = shared()
    shop.read("CP1", 1, 76, 40 * S)
    before = shop.state.bills[1].flex_uj
    shop.read("CP1", 1, 122, 0)
    assert shop.state.bills[1].flex_uj == before
    shop.read("CP1", 1, 168, 30 * S)
    assert shop.state.bills[1].flex_uj == before + 5_500 * 30 * S


def test_a_clock_that_steps_forth_adds_a_step_of_planning_at_the_most():
    """Even where nothing is allowed, so that the meter says nothing."""
    shop = Shop(4_140)  # one of them can charge, the other waits with 0 W
    shop.begin("CP2", "EV2")
    shop.begin("CP1", "EV1", 11_000)
    assert shop.limits == [0, 4_140]
    shop.end("CP1", 1 + 1, 0, 50 * HOUR_US)
    assert shop.state.bills[2].tokens == 11_000 // 4


# The ledger.


def test_an_entry_moves_something_to_another_account():
    """Anything else is a mistake of a handler."""
    draft = Draft(make_tables(0))
    for payer, payee, cents in (("a", "a", 1), ("a", "b", -1)):
        with pytest.raises(ValueError, match="an entry moves"):
            transfer(draft, Entry(0, 0, "bill", 1, payer, payee, cents))


def test_two_entries_of_one_command_have_two_numbers():
    """And both move what they say."""
    draft = Draft(NetworkState(0, opening({"EV1": 100})).state)
    for cents in (10, 20):
        transfer(draft, Entry(0, 0, "bill", 1, "tag:EV1", "cp:CP1", cents))
    tables = draft.keep()
    assert list(tables.entries) == [1, 2, 3]
    assert tables.accounts["tag:EV1"].cents == 70
    assert tables.accounts["cp:CP1"].cents == 30


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["begin", "read", "end", "pay"]),
            st.sampled_from(["CP1", "CP2"]),
            st.sampled_from(["EV1", "EV2", "EV3"]),
            st.integers(0, 400),
            st.integers(-50, 120),
        ),
        max_size=40,
    )
)
def test_whatever_comes_money_and_tokens_are_conserved(steps):
    """Any commands, in any order, with clocks that jump: accounts are what entries say."""
    tariff = Tariff(450_000, 7, 20_000)
    shop = Shop(11_000, tariff=tariff, balances={"EV1": 30, "EV2": 5_000})
    meters, now_s = {"CP1": 0, "CP2": 0}, 100
    for verb, cp_id, tag, amount, seconds in steps:
        now_s = max(0, now_s + seconds)
        meters[cp_id] += amount
        opened = shop.state.open_transaction(cp_id)
        number = opened.id if opened else 1 + amount % 3
        if verb == "begin":
            shop.begin(cp_id, tag, 11_000 if amount % 2 else 0, now_s * S, meters[cp_id])
        elif verb == "read":
            shop.read(cp_id, number, meters[cp_id], now_s * S)
        elif verb == "end":
            shop.end(cp_id, number, meters[cp_id], now_s * S)
        else:
            shop.pay(number, cp_id, now_s * S)
    state = shop.state
    accounts = state.accounts
    assert {name: found._replace(owed_cents=0) for name, found in accounts.items()} == replay(
        state.entries.values()
    )
    assert sum(found.cents for found in accounts.values()) == 0
    assert sum(found.tokens for found in accounts.values()) == 0
    assert all(accounts[f"tag:{tag}"].cents >= 0 for tag in ("EV1", "EV2"))
    assert [*state.bills] == [*state.transactions]
    for bill in state.bills.values():
        transaction = state.transactions[bill.transaction]
        assert (bill.status == "running") is transaction.is_open
        assert bill.wh == transaction.energy_wh
        assert bill.tokens >= 0
        assert bill.flex_uj >= 0
    other = NetworkState(1)
    other.restore(state.snapshot())
    assert other.digest() == state.full_digest()


def test_a_snapshot_without_a_bill_is_refused():
    """A transaction and its bill come and go together, and accounts are what entries say."""
    shop = Shop()
    shop.begin("CP1", "EV1")
    for change in ("bills", "accounts", "entries"):
        broken = NetworkState(1)
        broken.state = shop.state.state._replace(**{change: type(shop.state.bills)()})
        with pytest.raises(SnapshotError):
            NetworkState(1).restore(broken.snapshot())


KEY = private_key(1, "meter CP1")


def signing(**more):
    """A shop whose CP1 has a meter that signs."""
    shop = Shop(cps=("CP2",), **more)
    tariff = tariff_payload(more.get("tariff", TARIFF))
    shop.boot("CP1", tariff=tariff, meterPublicKey=public_key(KEY).hex())
    return shop


def end_signed(shop, wh, signed_wh, at_us, key=KEY):
    """StopTransaction of transaction 1 with a receipt over some register; its answer."""
    receipt = Receipt("CP1", 1, "EV1", 0, 0, at_us, signed_wh)
    sample = {"value": write_receipt(key, receipt), "format": "SignedData"}
    return shop.call(
        "CP1", "StopTransaction", at_us, transactionId=1, meterStop=wh, timestamp=at_us,
        transactionData=[{"timestamp": at_us, "sampledValue": [sample]}],
    )  # fmt: skip


FEES = Tariff(450_000, 35, 20_000)


def test_a_good_receipt_is_billed():
    """With time and fee, as without a receipt."""
    shop = signing(tariff=FEES)
    shop.begin("CP1", "EV1")
    shop.read("CP1", 1, 500, 60 * S)
    assert end_signed(shop, 1_000, 1_000, 120 * S)["totalCost"] == 45 + 35 + 4
    assert (shop.state.bills[1].wh, shop.state.bills[1].status) == (1_000, "open")
    assert list(findings(shop.state.state)) == []


@pytest.mark.parametrize("stop", [
    lambda shop: end_signed(shop, 6_000, 1_000, 120 * S),
    lambda shop: end_signed(shop, 1_000, 1_000, 120 * S, private_key(1, "meter CP2")),
    lambda shop: shop.end("CP1", 1, 1_000, 120 * S),
])  # fmt: skip
def test_without_the_proof_that_is_due_nothing_is_owed(stop):
    """Bad or Missing: no energy, no time, no fee, no tokens; but a bill there is."""
    shop = signing(tariff=FEES)
    shop.begin("CP1", "EV1", flexible_w=11_000)
    shop.begin("CP2", "EV2")
    for minute in range(1, 3):
        shop.read("CP1", 1, 100 * minute, minute * 60 * S)
    assert shop.state.bills[1].cents > 0
    assert "totalCost" not in stop(shop)
    bill = shop.state.bills[1]
    assert (bill.status, bill.cents, bill.wh, bill.lines, bill.tokens) == ("paid", 0, 0, "", 0)
    assert bill.tariff == tariff_text(FEES)
    assert shop.state.accounts["tag:EV1"] == Account("tag:EV1", 5_000)
    assert shop.pay(1)["status"] == "Accepted"
    assert shop.cents("tag:EV1") == 5_000
    assert list(findings(shop.state.state)) == []


def test_readings_that_the_receipt_does_not_confirm_come_off_the_dearest_line():
    """They were told while the session ran; who told them earns no more by it, nor gives tokens."""
    band = Band(0, 1, 600_000)
    shop = signing(tariff=Tariff(400_000, 0, 0, (band,)))
    shop.begin("CP1", "EV1", flexible_w=11_000)
    shop.read("CP1", 1, 1_000, 61 * S)  # 60 ct/kWh
    shop.read("CP1", 1, 3_000, 90 * S)  # 40 ct/kWh
    assert energy_lines(shop.state.bills[1]) == [(1_000, 600_000, 60), (2_000, 400_000, 80)]
    answer = end_signed(shop, 1_500, 1_500, 120 * S)
    bill = shop.state.bills[1]
    assert energy_lines(bill) == [(1_500, 400_000, 60)]
    assert (answer["totalCost"], bill.wh, bill.tokens, bill.flex_uj) == (60, 1_500, 0, 0)
    assert shop.state.evidence[1].receipt == "Good"
    assert list(findings(shop.state.state)) == []


def test_an_emaid_has_an_account_as_an_id_tag_has():
    """And one that nobody has put money on has no credit, however it identifies itself."""
    shop = signing(balances={"DEEVTC1": 100})
    for name, status in (("DEEVTC1", "Accepted"), ("DEEVTC2", "NoCredit")):
        data = [{"serialNumber": "5eca1"}]
        answer = shop.call("CP1", "Authorize", idTag=name, iso15118CertificateHashData=data)
        assert answer == {"idTagInfo": {"status": status}, "certificateStatus": "Accepted"}
