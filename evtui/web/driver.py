"""How the app draws in a browser, and what it does when nobody is there any more."""

from functools import partial

from textual import messages
from textual.drivers.web_driver import WebDriver


def _dropped(data: bytes) -> int:
    """Take what would be drawn: the pipe is closed."""
    return len(data)


class Driver(WebDriver):
    """Textual's, which would wait for ever for a server that was killed."""

    def run_input_thread(self) -> None:
        """Take what the server sends; where it sends nothing any more, the app ends."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._write = partial(_dropped)
            self.send_message(messages.ExitApp())

    def stop_application_mode(self) -> None:
        """Say that this is the end, as far as anybody listens."""
        try:
            super().stop_application_mode()
        except BrokenPipeError:
            self._write = partial(_dropped)
