"""The profiles that a charge point holds: install, clear, end of a transaction.

A store is a tuple of profiles in one order, so equal contents are equal stores whatever came
first. Each function returns another store, or the same one where nothing changes.
"""

from collections.abc import Iterable

from attrs import evolve

from fsm.ocpp.profiles.clearing import Criteria
from fsm.ocpp.profiles.errors import At, ProfileError
from fsm.ocpp.profiles.model import STATION, Profile, Purpose, Transaction, Version

Store = tuple[Profile, ...]

EMPTY: Store = ()


def install(
    store: Store, profile: Profile, transaction: Transaction | None = None, at: At = ()
) -> Store:
    """The store with ``profile``, as SetChargingProfile puts it there.

    A profile with the same id is replaced. 1.6 replaces one with the same purpose and stack level
    on the same connector as well (3.13.2, 5.16); 2.0.1 refuses (K01.FR.06, .39, .52, .53).
    ``transaction`` is the one that runs on the profile's connector; a TxProfile of 1.6 that names
    none is bound to it, so that it ends with it.

    Raises:
        ProfileError: the profile does not fit what is installed or runs.

    """
    profile = bound(profile, transaction, at)
    others = [each for each in store if each.id != profile.id]
    replaced = [each for each in store if each.id == profile.id]
    if any((each.purpose is Purpose.EXTERNAL) != (profile.purpose is Purpose.EXTERNAL)
           for each in replaced):  # fmt: skip
        # 2.0.1, K01.FR.05: what was set from outside and what the CSMS sets stay apart.
        allowed = "an id that no constraint from outside shares with another profile"
        raise ProfileError((*at, "id"), str(profile.id), allowed, "DuplicateProfile")
    rivals = [each for each in others if clash(each, profile)]
    if profile.version is Version.V16:
        others = [each for each in others if each not in rivals]
    elif rivals:
        raise duplicate(profile, rivals[0], at)
    return _ordered([*others, profile])


def clear(store: Store, criteria: Criteria) -> Store:
    """The store without what fits; the same store where nothing does (status Unknown)."""
    kept = tuple(profile for profile in store if not criteria.fits(profile))
    return store if len(kept) == len(store) else kept


def end_transaction(store: Store, transaction_id: str) -> Store:
    """The store without the TxProfiles of a transaction that has ended (1.6, 3.13.1)."""
    kept = tuple(
        profile
        for profile in store
        if profile.purpose is not Purpose.TX or profile.transaction_id != transaction_id
    )
    return store if len(kept) == len(store) else kept


def bound(profile: Profile, transaction: Transaction | None, at: At = ()) -> Profile:
    """A TxProfile with the id of the transaction that runs; any other profile as it is.

    Raises:
        ProfileError: a TxProfile whose transaction does not run on its connector: the charge
            point discards it (1.6, 3.13.1; 2.0.1, K01.FR.09 and .33).

    """
    if profile.purpose is not Purpose.TX:
        return profile
    if transaction is None or transaction.connector != profile.connector:
        what = "a TxProfile, and no transaction runs on its connector"
        raise ProfileError(at, what, "one while its transaction runs", "TxNotFound")
    if profile.transaction_id not in (None, transaction.id):
        what = f"transaction {profile.transaction_id}"
        allowed = f"{transaction.id}, which runs on its connector"
        raise ProfileError((*at, "transactionId"), what, allowed, "TxNotFound")
    return evolve(profile, transaction_id=transaction.id)


def clash(one: Profile, other: Profile) -> bool:
    """Whether two profiles claim one place: a purpose and stack level where only one may be.

    In 1.6 that is a place whatever their validity (3.13.2). In 2.0.1 they may follow each other
    in time (K01.FR.06), but a TxProfile and a TxDefaultProfile may not (.39, .52, .53); and a
    TxDefaultProfile of EVSE 0 and one of another EVSE are in one place.
    """
    if one.purpose is not other.purpose or one.stack_level != other.stack_level:
        return False
    old = Version.V16 in (one.version, other.version)
    if one.connector != other.connector:
        everywhere = one.purpose is Purpose.TX_DEFAULT and STATION in (
            one.connector,
            other.connector,
        )
        return everywhere and not old
    if one.purpose is Purpose.TX:
        return one.transaction_id == other.transaction_id
    return old or _overlap(one, other)


def duplicate(profile: Profile, rival: Profile, at: At = ()) -> ProfileError:
    """The error of a profile whose place is taken."""
    where = "the whole charge point" if rival.connector == STATION else f"{rival.connector}"
    found = (
        f"{profile.stack_level}, which profile {rival.id} has on {where} for the same purpose"
        f"{'' if profile.version is Version.V16 else ' at the same time'}"
    )
    reason = "InvalidStackLevel" if profile.purpose is Purpose.TX else "DuplicateProfile"
    return ProfileError((*at, "stackLevel"), found, "one profile for each stack level", reason)


def _overlap(one: Profile, other: Profile) -> bool:
    """Whether there is a second in which both are valid."""
    return _before(one.valid_from_s, other.valid_to_s) and _before(
        other.valid_from_s, one.valid_to_s
    )


def _before(low: int | None, high: int | None) -> bool:
    return low is None or high is None or low < high


def _ordered(profiles: Iterable[Profile]) -> Store:
    return tuple(
        sorted(profiles, key=lambda it: (it.connector, it.purpose, -it.stack_level, it.id))
    )
