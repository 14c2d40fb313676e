"""What belongs to one view: whatever fails in it is caught here, and the app goes on.

Textual ends the app at the first error of any handler, timer or watcher. A view that inherits from
:class:`Guarded` hands its errors to the app instead (:class:`evtui.safety.app.SafeApp`), which
saves the session and tells; no other widget notices.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer

if TYPE_CHECKING:
    from textual.dom import DOMNode

    _Base = DOMNode
else:
    _Base = MessagePump


class Rescuer(Protocol):
    """Who is told of an error: the app."""

    def view_failed(self, view: object, error: Exception, *, in_place: bool = False) -> None:
        """Save the session, say so, and let the app go on."""
        ...


def tell(view: Any, error: Exception, *, in_place: bool = False) -> None:
    """Hand an error to the app; one that knows nothing of rescue lets it through.

    ``in_place``: the view shows that it failed, and need not be closed.
    """
    failed = getattr(view.app, "view_failed", None)
    if failed is None:
        raise error
    cast("Rescuer", view.app).view_failed(view, error, in_place=in_place)


class Guarded(_Base):
    """A widget or screen whose errors end nothing but itself."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # whatever it is, the run is worth more
            tell(self, error)

    def _safe(self, callback: Callable[..., Any]) -> Callable[[], Awaitable[None]]:
        """A call-back that hands its errors to the app."""

        async def safe() -> None:
            try:
                result = callback()
                if inspect.isawaitable(result):
                    await result
            except Exception as error:  # as above
                tell(self, error)

        return safe

    def set_timer(self, delay: float, callback: Any = None, **options: Any) -> Timer:
        """As in Textual; what the call-back raises is caught."""
        return super().set_timer(delay, callback and self._safe(callback), **options)

    def set_interval(self, interval: float, callback: Any = None, **options: Any) -> Timer:
        """As in Textual; what the call-back raises is caught."""
        return super().set_interval(interval, callback and self._safe(callback), **options)

    def call_after_refresh(self, callback: Any, *args: Any, **kwargs: Any) -> bool:
        """As in Textual; what the call-back raises is caught."""
        return super().call_after_refresh(self._safe(lambda: callback(*args, **kwargs)))

    def call_later(self, callback: Any, *args: Any, **kwargs: Any) -> bool:
        """As in Textual; what the call-back raises is caught."""
        return super().call_later(self._safe(lambda: callback(*args, **kwargs)))

    def watch(self, obj: "DOMNode", attribute_name: str, callback: Any, init: bool = True) -> None:
        """As in Textual, for a call-back of the new value; what it raises is caught."""

        def seen(value: object) -> None:
            try:
                callback(value)
            except Exception as error:  # as above
                tell(self, error)

        super().watch(obj, attribute_name, seen, init)
