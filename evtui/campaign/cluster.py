"""The runs of a campaign on a Dask cluster: the one file that knows the extra ``distributed``."""

import contextlib
import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from evtui.campaign.engines import AHEAD, Found, GoneError
from evtui.campaign.order import Task
from evtui.campaign.program import program
from evtui.campaign.working import work
from evtui.errors import UsageError
from scenarios.campaign.finding import Finding
from scenarios.kinds import printable

CONNECT_S = 10
"""How long the scheduler may take to answer."""
LOST_S = 30
"""How long a cluster may be without a worker."""
LOOK_S = 1
"""How often it is looked whether there is one."""


class OtherProgramError(Exception):
    """A worker runs another program: it would make other runs of the same seeds."""


def clustered(tasks: Sequence[Task], address: str) -> Found:
    """On the workers of a cluster, some seeds at a time.

    Raises:
        UsageError: there is no such cluster, or another program runs on it.
        GoneError: the cluster went away in the middle.

    """
    distributed = _library()
    with _quietly():
        client = _connected(distributed, address)
        try:
            yield from _fed(distributed, client, tasks)
        except OtherProgramError as error:
            raise UsageError(
                f"--dask: found {error} on a worker at {printable(address)}; allowed {program()}: "
                "the same version everywhere"
            ) from None
        except (OSError, CancelledError, TimeoutError, distributed.KilledWorker) as error:
            why = printable(str(error).split("\n", 1)[0]) or type(error).__name__
            raise GoneError(f"the cluster at {printable(address)} is gone ({why})") from None
        finally:
            with contextlib.suppress(OSError, TimeoutError, CancelledError):
                client.close(timeout=1)


def _library() -> Any:
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "--dask: found no package distributed; allowed with it: pip install 'evtui[dask]'"
        ) from None
    return distributed


def _connected(distributed: Any, address: str) -> Any:
    try:
        # First, as a client that was made half leaves a traceback when the program ends.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            distributed.comm.resolve_address(address)
        return distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, RuntimeError, TypeError, ImportError, Warning) as error:
        why = printable(str(error).split("\n", 1)[0]) or type(error).__name__
        raise UsageError(
            f'--dask: found no cluster at "{printable(address)}" ({why}); allowed the address of a '
            "Dask scheduler, such as tcp://10.0.0.7:8786"
        ) from None


def _fed(distributed: Any, client: Any, tasks: Sequence[Task]) -> Found:
    """A cluster that always has a little to do, and never much."""
    stamp, waiting = program(), iter(tasks)
    running: set[Any] = set()
    seen_s = time.monotonic()
    try:
        while True:
            threads = sum(client.nthreads().values())
            if threads:
                seen_s = time.monotonic()
            elif time.monotonic() - seen_s > LOST_S:
                raise TimeoutError(f"no worker for {LOST_S} s")
            while len(running) < AHEAD * max(threads, 1) and (task := next(waiting, None)):
                running.add(client.submit(_work_on, task, stamp, pure=False))
            if not running:
                return
            for future in _finished(distributed, client, running):
                running.discard(future)
                yield future.result()
    finally:
        # What is under way is nobody's any more; a scheduler that is gone need not be told.
        with contextlib.suppress(OSError, TimeoutError, CancelledError):
            client.cancel(list(running))


def _finished(distributed: Any, client: Any, running: set[Any]) -> Sequence[Any]:
    """Those that are, after a while at most."""
    try:
        done = client.sync(
            distributed.client._wait,  # noqa: SLF001 - the public one finds only default clients
            list(running),
            timeout=LOOK_S,
            return_when="FIRST_COMPLETED",
        ).done
    except TimeoutError:
        return ()
    return list(done)


def _work_on(task: Task, stamp: str) -> list[Finding]:
    """On a worker: the seeds of a task."""
    here = program()
    if here != stamp:
        raise OtherProgramError(here)
    return work(task)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """What the library writes of lost connections is told once, by us."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "tornado")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
