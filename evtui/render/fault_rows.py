"""What can be broken now: a row for each fault, of whom, and why it is not possible.

It is judged by the picture alone; the world has the last word when it is done.
"""

from attrs import evolve, frozen

from evtui.render import partition
from evtui.render.fault_kinds import GROUPS, KINDS, Amount, Kind, of_power
from scenarios.faults_view import EVERY_LINK, NETWORK, SITE, Active, EvState, FaultsView
from scenarios.view import CpView, View

Args = tuple[tuple[str, object], ...]
BY_VERB = {kind.verb: kind for kind in KINDS}
ENDED = "the run has ended"


@frozen
class Edit:
    """What is to be done: a verb with its arguments."""

    verb: str
    args: Args

    def kwargs(self) -> dict[str, object]:
        """The arguments by name."""
        return dict(self.args)


@frozen
class Whom:
    """Who is meant: a charge point, the links of one or all, an EV."""

    cp: str = ""
    link: str = ""
    """A charge point whose links are meant; empty for every link."""
    ev: str = ""
    one_way: bool = False
    """Of links of a charge point: only what it says."""

    def of(self, group: str) -> str:
        """The subject of a group, as it is shown; empty where the rows have their own."""
        if group == "links":
            return (f"{self.link} →" if self.one_way else self.link) or EVERY_LINK
        return {"EV": self.ev or "no EV", "site": ""}.get(group, self.cp)


@frozen
class Row:
    """One fault of somebody."""

    kind: Kind
    subject: str
    args: Args
    amount: Amount | None = None
    why_not: str = ""
    active: Active | None = None

    @property
    def group(self) -> str:
        """Of the panel."""
        return self.kind.group

    @property
    def id(self) -> str:
        """What tells it from all other rows, whoever is chosen."""
        own = self.subject if self.group == "site" else ""
        return f"{self.kind.verb} {own}".rstrip()

    @property
    def start(self) -> int:
        """The amount that is there when nobody has changed it: what is so now, or the usual."""
        if self.amount is None:
            return 0
        now = None if self.active is None else self.amount.found(self.active.amount)
        return self.amount.start if now is None else now

    def ends(self, value: int) -> bool:
        """Whether Enter ends it: it is on, and nobody wants another amount of it."""
        return self.active is not None and (self.amount is None or value == self.start)

    def edit(self, view: View, value: int) -> Edit | None:
        """What Enter does; None where nothing is possible."""
        if self.active is not None and self.ends(value):
            return Edit(self.active.verb, self.active.args) if self.active.verb else None
        if self.why_not:
            return None
        if self.kind.verb == "partition":
            return _partition(view, value, dict(self.args)["cp"])
        if self.amount is None:
            return Edit(self.kind.verb, self.args)
        argued = self.amount.argued(value)
        if self.kind.verb == "change_departure":
            argued = view.time_us + value * self.amount.scale
        return Edit(self.kind.verb, (*self.args, (self.amount.argument, argued)))

    def says(self, value: int) -> str:
        """What Enter does, in words."""
        if self.active is not None and self.ends(value):
            end = (
                "nothing ends it but z" if not self.active.verb else f"end it ({self.active.verb})"
            )
            return f"{self.subject}: {self.active.text} – {end}"
        amount = "" if self.amount is None else self.amount.said(value)
        return self.kind.says.format(s=self.subject, a=amount)


def rows(view: View, whom: Whom) -> list[Row]:
    """Every fault that there is for them, in the order of the groups."""
    seen = view.faults
    assert seen is not None  # noqa: S101 - it was asked for
    found: list[Row] = []
    for kind in KINDS:
        found += _of_kind(view, seen, whom, kind)
    found.sort(key=lambda row: GROUPS.index(row.group))
    if view.finished:
        found = [evolve(row, why_not=ENDED, active=None) for row in found]
    return found


def first_whom(view: View, selected: str) -> Whom:
    """Who is meant at first: the selected charge point, and the EV that is there."""
    cp = next((it for it in view.cps if it.id == selected), None)
    evs = view.faults.evs if view.faults else ()
    here = cp.ev.id if cp is not None and cp.ev is not None else ""
    plugged = [ev.id for ev in evs if ev.cp]
    ev = here or next(iter([*plugged, *(it.id for it in evs)]), "")
    return Whom(selected, "", ev)


def turned(view: View, whom: Whom, group: str, by: int) -> Whom:
    """The next charge point, the next one's links, or the next EV."""
    cps = [cp.id for cp in view.cps]
    if group == "EV":
        evs = [ev.id for ev in view.faults.evs] if view.faults else []
        return evolve(whom, ev=_next(evs, whom.ev, by))
    if group == "links":
        link = _next(["", *cps], whom.link, by)
        return evolve(whom, link=link, one_way=whom.one_way and bool(link))
    return whom if group == "site" else evolve(whom, cp=_next(cps, whom.cp, by))


def _next(names: list[str], now: str, by: int) -> str:
    if not names:
        return now
    return names[(names.index(now) + by) % len(names)] if now in names else names[0]


# Kinds.


def _of_kind(view: View, seen: FaultsView, whom: Whom, kind: Kind) -> list[Row]:
    if kind.group == "site":
        return _of_site(seen, kind)
    if kind.group == "EV":
        return [_of_ev(view, seen, whom, kind)]
    if kind.group == "links":
        return [_of_links(view, seen, whom, kind)]
    cp = next((it for it in view.cps if it.id == whom.cp), None)
    verb = kind.verb
    active = seen.of(verb, whom.cp)
    why_not = "no charge point" if cp is None else _no_cp(verb, cp, seen)
    return [Row(kind, whom.cp, (("cp", whom.cp),), kind.amount, why_not, active)]


def _no_cp(verb: str, cp: CpView, seen: FaultsView) -> str:
    """Why something cannot be done to a charge point."""
    off, down = cp.status == "off", cp.status in ("off", "crashed")
    if verb == "stand":
        return dict(seen.bound).get(cp.id, "")
    if verb in ("crash", "pause", "wipe") and off:
        return "it was never switched on"
    if verb == "crash" and down:
        return "it is down already"
    if verb == "pause" and cp.status != "alive":
        return f"it is {cp.status}"
    if verb in ("crash_after_write", "crash_in_write"):
        other = next((it for it in ("after", "in") if f"dies {it} a write" in cp.ails), "")
        return "it is down" if down else f"it dies {other} its next write already" if other else ""
    if verb == "fill_disk" and seen.of(verb, cp.id):
        return "it is full already"
    if verb == "stick_contactor" and cp.id in seen.closed:
        return "it is closed; it sticks when open"
    return ""


def _of_links(view: View, seen: FaultsView, whom: Whom, kind: Kind) -> Row:
    alone = "" if len(view.cps) > 1 else "there is no other charge point"
    if kind.verb == "heal":
        return Row(kind, NETWORK, ())
    if kind.verb == "partition":
        cp = whom.link or whom.cp
        active = seen.of("partition", NETWORK) or seen.of("partition_oneway", NETWORK)
        assert kind.amount is not None  # noqa: S101 - a choice of shapes
        words = tuple(_shapes(view, cp)) or ("nothing",)
        return Row(kind, NETWORK, (("cp", cp),), evolve(kind.amount, words=words), alone, active)
    args: Args = (("a", whom.link),) if whom.link else ()
    args += (("oneway", True),) if whom.link and whom.one_way else ()
    subject = whom.of("links")
    return Row(kind, subject, args, kind.amount, alone, seen.of(kind.verb, subject))


def _shapes(view: View, cp: str) -> dict[str, Edit]:
    """The well-known partitions by their names; the selected charge point also unheard."""
    found: dict[str, Edit] = {}
    if len(view.cps) < 2:
        return found
    for shape in partition.shapes(view, cp):
        groups = shape.plan.groups(view)
        verb = "partition_oneway" if shape.plan.one_way else "partition"
        if len(groups) > 1:
            found[shape.title] = Edit(verb, (("groups", groups),))
    found[f"silence {cp}"] = Edit("partition_oneway", (("groups", ((cp,),)),))
    return found


def _partition(view: View, value: int, cp: object) -> Edit | None:
    shapes = list(_shapes(view, str(cp)).values())
    return shapes[value % len(shapes)] if shapes else None


def _of_ev(view: View, seen: FaultsView, whom: Whom, kind: Kind) -> Row:
    ev = next((it for it in seen.evs if it.id == whom.ev), None)
    if ev is None:
        return Row(kind, "no EV", (), _amount(view, whom, kind), "no EV in this scenario")
    verb = kind.verb
    args: Args = (
        (("id_tag", ev.tag),) if verb in ("block_tag", "report_stolen") else (("ev", ev.id),)
    )
    amount = _amount(view, whom, kind)
    why_not = _no_ev(view, verb, ev)
    on = "block_tag" if verb == "report_stolen" else verb
    return Row(kind, ev.id, args, amount, why_not, seen.of(on, ev.id))


def _amount(view: View, whom: Whom, kind: Kind) -> Amount | None:
    """With the charge points of this network, the selected one first."""
    if kind.verb != "plug_in" or kind.amount is None:
        return kind.amount
    cps = [cp.id for cp in view.cps]
    free = [cp.id for cp in view.cps if cp.ev is None and cp.status == "alive"]
    wish = whom.cp if whom.cp in free else next(iter(free), whom.cp)
    return evolve(kind.amount, words=tuple(cps), start=cps.index(wish) if wish in cps else 0)


def _no_ev(view: View, verb: str, ev: EvState) -> str:
    """Why something cannot be done to an EV."""
    needs_plug = ("unplug", "stop_charging", "pause_charging", "resume_charging")
    if verb == "plug_in" and ev.cp:
        return f"it is plugged in at {ev.cp}"
    if verb == "plug_in" and all(cp.ev is not None for cp in view.cps):
        return "every charge point is taken"
    if verb in needs_plug and not ev.cp:
        return "it is not plugged in"
    if verb in needs_plug[1:] and ev.mute:
        return "it hangs, and does not hear its driver"
    if verb in ("change_contract", "revoke") and not ev.contract:
        return "it has no contract"
    return ""


def _of_site(seen: FaultsView, kind: Kind) -> list[Row]:
    assert kind.amount is not None  # noqa: S101 - all of a site have one
    if kind.verb == "set_breaker":
        return [
            Row(kind, it.id or SITE, (("cabinet", it.id),) if it.id else (),
                of_power(kind.amount, it.rated_w, it.rated_w // 2, 90), "",
                seen.of(kind.verb, it.id or SITE))
            for it in seen.cables
        ]  # fmt: skip
    if kind.verb == "set_load":
        return [
            Row(kind, name, (("load", name),), of_power(kind.amount, most_w, most_w, 300), "",
                seen.of(kind.verb, name))
            for name, most_w in seen.loads
        ]  # fmt: skip
    why_not = "the site has no PV" if seen.pv_w is None else ""
    amount = of_power(kind.amount, seen.pv_w or 0, 0)
    return [Row(kind, "PV", (), amount, why_not, seen.of(kind.verb, "PV"))]
