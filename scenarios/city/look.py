"""Looking at a city: builds the frozen :class:`~scenarios.city.view.CityView`."""

from collections.abc import Iterable

from paxos.sim.host import Status
from scenarios.city.city import City
from scenarios.city.gossip import free_connectors
from scenarios.city.travellers import Traveller
from scenarios.city.view import CityView, NewsView, SiteView, Tally
from scenarios.till import newest


def look(
    city: City,
    shown: int,
    event_rows: int,
    expectations: tuple[int, int, int],
    *,
    finished: bool,
) -> CityView:
    """A picture of now. ``expectations``: how many held, failed, and there are."""
    served = drivers_served(city)
    worlds = city.worlds.values()
    own_checks = 0 if city.promises is None else city.promises.checks
    return CityView(
        scenario=city.scenario.name,
        title=city.scenario.title,
        seed=city.seed,
        mutant=city.scenario.mutant,
        time_us=city.now_us,
        duration_us=city.scenario.duration_us,
        finished=finished,
        events=city.events,
        news_sent=city.gossip.bus.sent,
        news_lost=city.gossip.bus.lost,
        shown=city.sites[shown].id,
        sites=tuple(_site(city, number, served) for number in city.sites),
        tally=tally(city.travellers.all, served),
        checks=own_checks + sum(world.checks for world in worlds),
        violation=str(city.violation) if city.violation else "",
        event_rows=city.log.window(None, event_rows)[1],
        expectations_held=expectations[0],
        expectations_failed=expectations[1],
        expectations_total=expectations[2],
    )


def drivers_served(city: City) -> dict[tuple[int, str], int]:
    """How much energy each id tag got at each site, in Wh, where it got any."""
    found: dict[tuple[int, str], int] = {}
    for number, world in city.worlds.items():
        for transaction in newest(world).transactions.values():
            if transaction.energy_wh:
                key = (number, transaction.id_tag)
                found[key] = found.get(key, 0) + transaction.energy_wh
    return found


def energy_of(traveller: Traveller, served: dict[tuple[int, str], int]) -> int:
    """What a driver got, at the site that has promised it to him; in Wh."""
    granted = traveller.granted
    return 0 if granted is None else served.get((granted.site, granted.ask.id_tag), 0)


def tally(travellers: Iterable[Traveller], served: dict[tuple[int, str], int]) -> Tally:
    """Count drivers by what has become of them."""
    all_of_them = list(travellers)
    got = [each for each in all_of_them if energy_of(each, served)]
    rest = [each for each in all_of_them if not energy_of(each, served)]
    words = [each.status for each in rest]
    return Tally(
        asked=len(all_of_them),
        served=len(got),
        on_the_way=words.count("comes") + words.count("charges"),
        asking=words.count("asks"),
        gave_up=words.count("gave up"),
        unserved=words.count("left"),
        redirected=sum(each.is_redirected for each in all_of_them),
    )


def _site(city: City, number: int, served: dict[tuple[int, str], int]) -> SiteView:
    world, site = city.at(number), city.sites[number]
    network, leader = newest(world), world.leader()
    hosts = [world.cluster.hosts[n] for n in world.ids]
    wall_us = world.now_us
    if leader is not None:
        wall_us = leader.wiring.clock.wall_us(world.cluster.local_us(leader.number))
    transactions = network.transactions.values()
    mine = [each for each in city.travellers.all if each.first == number]
    own = tally(mine, served)
    here = [each for each in city.travellers.all
            if (granted := each.granted) is not None and granted.site == number]  # fmt: skip
    return SiteView(
        id=site.id,
        kind=site.kind,
        leader=None if leader is None else leader.cp_id,
        cps_up=sum(host.status is Status.ALIVE for host in hosts),
        cps=len(hosts),
        free=sum(free_connectors(network, wall_us)),
        power_w=world.power_w,
        peak_w=world.peak_w,
        capacity_w=site.capacity_w,
        charging=sum(each.is_open for each in transactions),
        sessions=sum(not each.is_open for each in transactions),
        energy_wh=sum(each.energy_wh for each in transactions),
        earned_cents=sum(bill.cents for bill in network.bills.values() if bill.status == "paid"),
        asked=own.asked,
        served=sum(energy_of(each, served) > 0 for each in here),
        redirected_in=sum(each.is_redirected for each in here),
        redirected_out=own.redirected,
        refused=own.gave_up,
        cut_off=city.gossip.is_cut(number),
        news=_news(city, number),
        violated=world.violation is not None,
    )


def _news(city: City, number: int) -> tuple[NewsView, ...]:
    world = city.at(number)
    leader = world.leader()
    if leader is None or leader.directory is None:
        return ()
    local_us = world.cluster.local_us(leader.number)
    stale_us = city.scenario.directory.stale_us
    rows = []
    for other, entry in sorted(leader.directory.entries.items()):
        if other != number:
            age_us = entry.age_us(local_us)
            free = entry.summary.free_ac + entry.summary.free_dc
            rows.append(NewsView(city.sites[other].id, age_us, age_us > stale_us, free))
    return tuple(rows)
