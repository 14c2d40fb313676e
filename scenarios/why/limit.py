"""Why the log allows a charge point so much: what its limit tends to, and what binds it there."""

from typing import TYPE_CHECKING

from fsm.energy.nested import SITE
from fsm.network.demand import ACCEPTED, ONLY, REFUSED
from fsm.network.limits import Rails, rails_of, wanted_w
from fsm.network.records import Asset
from fsm.network.state import NetworkState
from fsm.network.tables import Draft
from fsm.network.targets import at_step, powers_w, schedule, targets_w, unpack
from scenarios.till import newest
from scenarios.why.facts import Facts, at, capital, clock, kw, listed
from scenarios.why.view import Sentence

if TYPE_CHECKING:
    from scenarios.world import World

PLENTY_W = 10**12
"""More than any cable carries: what a limit would be without it."""

US_PER_S = 1_000_000


class Limit:
    """The limit of one charge point, as the replica that has applied most knows it."""

    def __init__(self, world: "World", number: int) -> None:
        self.world, self.number = world, number
        self.cp_id, self.facts = world.ids[number], Facts(world)
        self.network: NetworkState = newest(world)
        self.tables = self.network.state
        self.draft = Draft(self.tables)
        self.rails = rails_of(self.tables)
        self.served = self.draft.served()
        self.targets = targets_w(self.draft)

    def sentences(self) -> list[Sentence]:
        """What the log says, since which slot, and what binds."""
        asset = self.tables.assets.get(self.cp_id)
        if asset is None:
            return [Sentence(f"The log allows {self.cp_id} nothing: it has never booted")]
        if not self.tables.open_by_cp.get(self.cp_id):
            return [Sentence(f"The log allows {self.cp_id} nothing: no transaction is open there")]
        return [self._said(asset), *self._heard(asset), *self._why(asset)]

    def _said(self, asset: Asset) -> Sentence:
        orders, text = self.world.orders, f"The log allows {self.cp_id} {kw(asset.limit_w)}"
        began = orders.of("transactions", self.tables.open_by_cp[self.cp_id])
        order = orders.limit(self.cp_id)
        if order is not None and (began is None or order.slot >= began.slot):
            text += f" since slot {order.slot} ({order.text}), before {kw(order.before_w)}"
            return Sentence(text, order.at_us, order.slot)
        return at(f"{text} since its transaction began", began)

    def _heard(self, asset: Asset) -> list[Sentence]:
        """Where its own replica knows of an older limit."""
        node = self.world.node(self.number)
        if node is None or node.network.limit_version(self.cp_id) == asset.limit_version:
            return []
        slot, own_w = node.replica.commit_slot, node.network.limit_w(self.cp_id)
        text = f"{self.cp_id} has applied up to slot {slot} and knows of {kw(own_w)} only"
        leader = self.world.leader()
        holds = self.facts.holds(self.number, None if leader is None else leader.number)
        return [Sentence(text), *map(capital, holds)]

    # What the limit tends to.

    def _why(self, asset: Asset) -> list[Sentence]:
        wanted = wanted_w(self.rails, self.served, self.targets)[self.cp_id]
        grant = self.rails.grants.get(self.cp_id)
        ended = grant is not None and grant.is_ended
        found: list[Sentence] = []
        if self.cp_id in self.targets:
            found += self._planned(self.targets[self.cp_id])
        elif ended and grant is not None and wanted >= min(asset.rated_w, grant.fallback_w):
            order = self.world.orders.of("grants", self.cp_id)
            text = f"Its grant has ended, so it gets its fallback share of {kw(grant.fallback_w)}"
            text += " at the most until it is heard again"
            found.append(at(text, order))
        elif wanted >= asset.rated_w:
            found.append(Sentence(f"That is all that {self.cp_id} is rated for"))
        else:
            found += self._shared(wanted)
        found += self.refused()
        if asset.limit_w < wanted:
            found += self._awaited(asset, wanted)
        elif asset.held_w > asset.limit_w:
            text = f"It has not confirmed that yet: the log still holds {kw(asset.held_w)} for it"
            found.append(Sentence(text))
        return found

    def binding(self) -> tuple[str, ...]:
        """The rails without whose limit it would get more; both, where only both together bind."""
        own_w = wanted_w(self.rails, self.served, self.targets)[self.cp_id]
        around = self.rails.around(self.cp_id)
        binds = tuple(rail for rail in around if self._without((rail,)) > own_w)
        return binds or (around if self._without(around) > own_w else ())

    def _without(self, rails: tuple[str, ...]) -> int:
        """What it would get if these rails carried plenty."""
        cabinets_w = {
            name: PLENTY_W if name in rails else power_w
            for name, power_w in self.rails.cabinets_w.items()
        }
        site_w = PLENTY_W if SITE in rails else self.rails.site_w
        relaxed = Rails(site_w, cabinets_w, self.rails.grants)
        return wanted_w(relaxed, self.served, self.targets)[self.cp_id]

    def _shared(self, wanted: int) -> list[Sentence]:
        """Its max-min fair part of what a cable carries."""
        found = []
        for rail in self.binding():
            sharers = [
                a.cp_id for a in self.served if not rail or self.rails.cabinet(a.cp_id) == rail
            ]
            carries_w = self.rails.cabinets_w[rail] if rail else self.rails.site_w
            what = f"Cabinet {rail}" if rail else "The site"
            text = f"{what} binds: {listed(sharers)} share {kw(carries_w)}"
            planned = [cp_id for cp_id in sharers if cp_id in self.targets]
            if planned:
                text += f", of which the plan gives {listed(planned)} theirs first"
            if wanted:
                text += f"; the fair part of {self.cp_id} is {kw(wanted)}"
            else:
                text += f", and what is left is too little for {self.cp_id} to charge with: it "
                text += "waits its turn, in the order of arrival"
            found.append(Sentence(text))
        return found

    def _awaited(self, asset: Asset, wanted: int) -> list[Sentence]:
        """Its limit is to rise, and nobody may be given what somebody else still holds."""
        if asset.held_w > asset.limit_w:
            text = f"It is to have {kw(wanted)}, but must confirm its earlier, lower limit first"
            return [Sentence(text)]
        holders = [it for it in self.served if it.held_w > it.limit_w and it.cp_id != self.cp_id]
        text = f"It is to have {kw(wanted)}, as soon as the power is free"
        if not holders:
            return [Sentence(f"{text}: the log moves it with its next command about power")]
        found = [Sentence(text)]
        for it in holders:
            number = self.world.nodes[it.cp_id]
            words = f"{it.cp_id} still holds {kw(it.held_w)}, and its limit is {kw(it.limit_w)}"
            order = self.world.orders.limit(it.cp_id)
            found.append(at(f"{words}: it has not confirmed that", order))
            leader = self.world.leader()
            partner = None if leader is None else leader.number
            found += map(capital, self.facts.holds(number, partner))
        return found

    # The plan.

    def refused(self) -> list[Sentence]:
        """Its driver asked the plan for energy, and was refused or has no answer yet."""
        number = self.tables.open_by_cp.get(self.cp_id) or 0
        request = self.tables.energy_requests.get(number)
        if request is None or request.status == ACCEPTED:
            return []
        order = self.world.orders.of("energy_requests", number)
        text = f"Its driver asked for {request.energy_wh:,} Wh by {clock(request.departure_us)}"
        if request.status == REFUSED:
            return [at(f"{text}, and was refused: {request.reason}", order)]
        return [at(f"{text}, and the next plan decides", order)]

    def _planned(self, target_w: int) -> list[Sentence]:
        """What the plan wants now, and what comes later."""
        plan = self.tables.energy_plans[ONLY]
        number = self.tables.open_by_cp[self.cp_id]
        request = self.tables.energy_requests[number]
        transaction = self.tables.transactions[number]
        order = self.world.orders.of("energy_plans", ONLY)
        text = f"Plan {plan.number} of {plan.by} wants {kw(target_w)} for it now"
        if target_w >= request.max_w:
            text += ", which is the most that its EV takes"
        elif not target_w:
            text += ": it waits"
        found = [at(text, order)]
        if request.status == ACCEPTED:
            got_wh = transaction.meter_wh - request.meter_wh
            text = f"It was promised {request.energy_wh:,} Wh by {clock(request.departure_us)}"
            decided = self.world.orders.of("energy_requests", number)
            found.append(at(f"{text}, and has got {got_wh:,} Wh", decided))
        if target_w < request.max_w:
            found += self._later(target_w)
        return found

    def _later(self, target_w: int) -> list[Sentence]:
        """When it is to get more, and what energy costs then, where it costs anything."""
        now_s = self.world.now_us // US_PER_S
        entries = [e for e in schedule(self.tables, self.cp_id)[:-1] if e[0] > now_s]
        more = next(((s, w) for s, w in entries if w > target_w), None)
        if more is None:
            return [Sentence("The plan has no more power for it in a later step")]
        text = f"From {clock(more[0] * US_PER_S)} on it is to have {kw(more[1])}"
        now, then = self._price(now_s), self._price(more[0])
        if now is not None and then is not None and now != then:
            text += f"; a kWh costs {now / 1e6:.2f} € now and {then / 1e6:.2f} € then"
        others = self._ahead()
        if others:
            text += f"; the plan serves {listed(others)} now"
        return [Sentence(text)]

    def _price(self, second: int) -> int | None:
        """What energy from the grid costs in µEUR by the plan in force, where that knows it."""
        plan, settings = self.tables.energy_plans[ONLY], self.tables.planning[ONLY]
        step = second * US_PER_S // settings.step_us
        content, index = at_step(plan, step)
        prices = unpack(content).problem.price_micro if content else ()
        return prices[index] if 0 <= index < len(prices) else None

    def _ahead(self) -> list[str]:
        """The others to whom the plan gives power now."""
        plan, turn = self.tables.energy_plans[ONLY], self.tables.plan_turns[ONLY]
        content, step = at_step(plan, turn.step)
        powers = powers_w(content, step, turn.second)
        numbers = {number: cp_id for cp_id, number in self.tables.open_by_cp.items() if number}
        return [
            numbers[number]
            for number, power_w in powers.items()
            if power_w and number in numbers and numbers[number] != self.cp_id
        ]
