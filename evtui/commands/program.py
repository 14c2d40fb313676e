"""The program that all commands belong to: its name, its help."""

from cyclopts import App

from evtui import __version__
from evtui.commands.help import FoldedFormatter

app = App(
    name="evtui",
    version=f"evtui {__version__}",
    help="A flight simulator for an EV charging network that has no centre.",
    usage="Usage: evtui [SCENARIO] [--seed N] [--speed X]\n       evtui COMMAND [OPTIONS]",
    help_format="plaintext",
    help_epilogue=(
        "Exit codes: 0 as expected, 1 an invariant was violated or, in evtui run, an expectation "
        "did not hold, 2 usage or scenario error, 3 no answer in time, 130 interrupted."
    ),
    help_formatter=FoldedFormatter(),
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)
