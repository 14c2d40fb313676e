"""The official JSON schemas of OCPP, as the package ``ocpp`` ships them."""

import inspect
import json
from decimal import Decimal

from ocpp import exceptions
from ocpp.messages import get_validator

_CODES = {
    each.code
    for _, each in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(each, exceptions.OCPPError) and hasattr(each, "code")
}
CODES = {
    # The package has one spelling of each; these are the standards' own (OCPP-J 1.6, table 7).
    "1.6": _CODES | {"FormationViolation", "OccurenceConstraintViolation"},
    "2.0.1": _CODES | {"OccurrenceConstraintViolation"},
}


def problems(row, version):
    """What is wrong with a row of a log, as a list of texts."""
    body = json.loads(json.dumps(row["body"]), parse_float=Decimal)
    if row["message_type"] == 4:
        known = body["errorCode"] in CODES[version] and set(body) == {
            "errorCode", "errorDescription", "errorDetails"
        }  # fmt: skip
        return [] if known else [f"CALLERROR {body}"]
    validator = get_validator(row["message_type"], row["action"], version, parse_float=Decimal)
    return [
        f"{row['action']} {row['message_type']}: {error.message} in {body}"
        for error in validator.iter_errors(body)
    ]
