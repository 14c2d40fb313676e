"""Who may charge: id tags with their status and expiry, and the list of revoked certificates.

An id tag that nobody has spoken of is accepted, as in a network that lets everybody charge. A
contract's id tag is its eMAID; Authorize then also carries ``iso15118CertificateHashData``, and the
answer ``certificateStatus`` (OCPP 2.0.1, C07). The list of revoked certificates stands in the log,
so all charge points agree from which command on a certificate counts no more.
"""

from typing import Any, Final

from fsm.network.checks import integer, one_of, required, text
from fsm.network.credit import with_credit
from fsm.network.handler import Handler, Result
from fsm.network.records import IdTag, Revocation
from fsm.network.tables import Draft
from fsm.ocpp.actions import ID_TAG_MAX, REVOKE_CERTIFICATE, SET_ID_TAG, AuthorizationStatus
from fsm.ocpp.frames import CallError, ErrorCode, Operation

SERIAL_MAX: Final = 40
"""Longest serial number (OCPP 2.0.1, CertificateHashDataType)."""

REVOKED: Final = "revoked"
"""The reason of an eMAID whose certificate was revoked."""


def standing(tag: IdTag, at_us: int) -> str:
    """What an id tag is worth at a time: its status, Expired from its expiry on."""
    if tag.status == AuthorizationStatus.ACCEPTED and 0 < tag.expiry_us <= at_us:
        return AuthorizationStatus.EXPIRED.value
    return tag.status


def authorize(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    """Answer an Authorize, with the certificate's status when it names one."""
    tag = draft.id_tag(text(payload, "idTag", ID_TAG_MAX), operation.at_us)
    info = tag_info(tag, operation.at_us)
    status = with_credit(draft, tag.id_tag, operation.cp_id, standing(tag, operation.at_us))
    result: Result = {"idTagInfo": info | {"status": status}}
    if "iso15118CertificateHashData" in payload:
        serial = certificate_serial(payload)
        revoked = draft.find(Revocation, serial) is not None
        result["certificateStatus"] = "CertificateRevoked" if revoked else "Accepted"
        if revoked:
            result["idTagInfo"] = {"status": AuthorizationStatus.BLOCKED.value}
    return result


def presented(draft: Draft, name: str, operation: Operation, payload: dict[str, Any]) -> str:
    """What the network says of who wants to start: of the id tag, its certificate, its money."""
    status = standing(draft.id_tag(name, operation.at_us), operation.at_us)
    named = "iso15118CertificateHashData" in payload
    if named and draft.find(Revocation, certificate_serial(payload)) is not None:
        return AuthorizationStatus.BLOCKED.value
    return with_credit(draft, name, operation.cp_id, status)


def tag_info(tag: IdTag, at_us: int) -> dict[str, object]:
    """``IdTagInfo`` (OCPP 1.6, 7.27)."""
    info: dict[str, object] = {"status": standing(tag, at_us)}
    if tag.expiry_us:
        info["expiryDate"] = tag.expiry_us
    return info


def certificate_serial(payload: dict[str, Any]) -> str:
    """The serial number of the first certificate. Raises :class:`CallError`."""
    data = required(payload, "iso15118CertificateHashData")
    if type(data) is not list or not data or type(data[0]) is not dict:
        raise CallError(
            ErrorCode.TYPE_CONSTRAINT_VIOLATION,
            "iso15118CertificateHashData is not a list of objects",
        )
    return text(data[0], "serialNumber", SERIAL_MAX)


def _revoke(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    """Put a certificate on the list; its eMAID is blocked with it. A second time does nothing."""
    serial = text(data, "serialNumber", SERIAL_MAX)
    emaid = text(data, "emaid", ID_TAG_MAX)
    if draft.find(Revocation, serial) is None:
        draft.put(Revocation(serial, emaid, operation.at_us))
        blocked = AuthorizationStatus.BLOCKED.value
        tag = draft.id_tag(emaid, operation.at_us)
        draft.put(tag._replace(status=blocked, reason=REVOKED))
    return {"status": "Accepted"}


def _set_id_tag(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    name = text(data, "idTag", ID_TAG_MAX)
    status = one_of(data, "status", AuthorizationStatus)
    reason = text(data, "reason", 20) if "reason" in data else ""
    tag = draft.id_tag(name, operation.at_us)
    order = integer(data, "order", 1) if "order" in data else tag.order
    if order >= tag.order:
        draft.put(tag._replace(status=status.value, reason=reason, order=order))
    return {"status": "Accepted"}


TRANSFERS: dict[str, Handler] = {
    SET_ID_TAG: _set_id_tag,
    REVOKE_CERTIFICATE: _revoke,
}
"""By ``messageId`` of a DataTransfer."""
