"""ClearChargingProfile: which profiles go (OCPP 1.6, 5.5 and 6.13; 2.0.1, K10)."""

from attrs import frozen

from fsm.ocpp.profiles.errors import At
from fsm.ocpp.profiles.fields import Fields, choice, whole
from fsm.ocpp.profiles.model import Profile, Purpose, Version
from fsm.ocpp.profiles.reading import V16, V201


@frozen
class Criteria:
    """What is to be cleared: all that is given must fit; nothing given fits everything."""

    id: int | None = None
    connector: int | None = None
    purpose: Purpose | None = None
    stack_level: int | None = None

    def fits(self, profile: Profile) -> bool:
        """Whether a profile goes.

        Constraints from outside are not the CSMS's to clear (2.0.1, K10).
        """
        return (
            profile.purpose is not Purpose.EXTERNAL
            and self.id in (None, profile.id)
            and self.connector in (None, profile.connector)
            and self.purpose in (None, profile.purpose)
            and self.stack_level in (None, profile.stack_level)
        )


def read_clear(version: Version, value: object, at: At = ()) -> Criteria:
    """The criteria of a ClearChargingProfile request.

    Raises:
        ProfileError: OCPP does not allow it.

    """
    if version is Version.V16:
        fields = Fields.of(value, at, (), ("id", "connectorId", *_BOTH))
        return _criteria(fields, fields.maybe("id", whole(-(2**31))))
    fields = Fields.of(
        value, at, (), ("chargingProfileId", "chargingProfileCriteria", *V201.custom)
    )
    number = fields.maybe("chargingProfileId", whole(-(2**31)))
    if "chargingProfileCriteria" not in fields.value:
        return Criteria(id=number)
    inner = fields.value["chargingProfileCriteria"]
    inside = (*at, "chargingProfileCriteria")
    return _criteria(Fields.of(inner, inside, (), ("evseId", *_BOTH, *V201.custom)), number)


_BOTH = ("chargingProfilePurpose", "stackLevel")


def _criteria(fields: Fields, number: int | None) -> Criteria:
    dialect = V201 if "chargingProfileCriteria" in fields.at else V16
    return Criteria(
        id=number,
        connector=fields.maybe(dialect.connector, whole(0)),
        purpose=fields.maybe("chargingProfilePurpose", choice(dialect.purposes)),
        stack_level=fields.maybe("stackLevel", whole(0)),
    )
