"""The command line: ``evtui`` opens the app, ``evtui run`` runs without a terminal.

Exit codes: 0 as expected, 1 an invariant or an expectation was violated, 2 usage or scenario
error, 3 out of time or unfinished, 130 interrupted, 141 nobody reads what is written. What a
command found goes to standard output, all else to standard error.
The commands are in :mod:`evtui.commands`.
"""

import errno
import os
import sys
from collections.abc import Sequence

from cyclopts.exceptions import CycloptsError, UnusedCliTokensError

from evtui.commands import app
from evtui.errors import UsageError

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    from scenarios.errors import ScenarioError

    tokens = list(sys.argv[1:] if argv is None else argv)
    if sys.stdout is None:
        return _complain("standard output is closed; allowed an open one, as results go there")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an odd locale spoils a letter, not the run
    try:
        result = app(tokens, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        return _complain(_plain(error, tokens))
    except UsageError as error:
        return _complain(*error.problems)
    except ScenarioError as error:
        hint = "" if len(error.problems) > 1 else _command_hint(tokens)
        return _complain(*(problem + hint for problem in error.problems))
    except KeyboardInterrupt:
        _complain("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has gone; nothing is left to say, and nobody to say it to.
        _abandon_stdout()
        return EXIT_BROKEN_PIPE
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        _abandon_stdout()
        return _complain(f"standard output: cannot write ({error.strerror})")
    return result if isinstance(result, int) else 0


def _abandon_stdout() -> None:
    """Let what is still buffered go nowhere, or the interpreter complains when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(*sentences: str) -> int:
    for sentence in sentences:
        sys.stderr.write(f"evtui: {sentence}\n")
    return EXIT_USAGE


def _plain(error: CycloptsError, tokens: list[str]) -> str:
    """A parse error as one line, with a suggestion."""
    error.verbose = False
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        extra = " ".join(error.unused_tokens)
        hint = _command_hint(tokens)
        return f'found "{extra}" after the last argument{hint or "; see: evtui --help"}'
    text = " ".join(str(error).split()).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}; see: evtui --help"


def _command_hint(tokens: list[str]) -> str:
    """For a first word that is nearly a command."""
    from scenarios.kinds import did_you_mean

    commands = [name for name in app if not name.startswith("-")]
    first = tokens[0] if tokens else ""
    return did_you_mean(first, commands) if first not in commands else ""


if __name__ == "__main__":
    sys.exit(main())
