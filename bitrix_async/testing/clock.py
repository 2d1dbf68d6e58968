"""An event loop whose time is virtual, for tests that would otherwise wait.

When nothing is ready the loop jumps to its next timer, so ten minutes pass at once
and in the same order every time. With no timer either, nothing can ever happen
again: that is a `DeadlockError`, not a hang; and so it is where the loop turns and
turns and its time stands still.

Sockets of the same process work: what was written to the loopback interface is there
to be read when the writer has returned. The loop asks the system before it jumps, and
gives it a moment where sockets are open.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor
    from types import FrameType

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# Seconds of real time that the system is given before a jump, and before the loop
# says that nothing will happen, where sockets are open. Loopback needs none of it,
# a loaded machine sometimes a little.
_BEFORE_JUMP: Final = 0.001
_BEFORE_DEADLOCK: Final = 0.1

# Turns of the loop in which no time passes and nothing comes from outside: far more
# than any work of a moment takes, some seconds of real time where it is for nothing.
_TURNS_OF_A_MOMENT: Final = 100_000

# The loop's own socket pair, through which threads wake it.
_OWN_SOCKETS: Final = 1

_ASYNCIO: Final = str(Path(asyncio.__file__).parent)

# Turns of the loop that tasks have to end by themselves when the main one has.
_LAST_TURNS: Final = 20


class DeadlockError(RuntimeError):
    """Every task waits for something that can never happen, or turns on the spot."""


class LeakError(AssertionError):
    """The main coroutine has ended and left something behind."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that jumps to its next timer instead of waiting for it.

    Work in threads (`run_in_executor`, `asyncio.to_thread`) is waited for in real
    time, and takes no virtual time.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._threads = 0
        self._jumping = _JumpingSelector(self)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self._now += seconds

    @property
    def waits_for_threads(self) -> bool:
        """Whether a thread works for it: time does not jump then."""
        return self._threads > 0

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """As asyncio has it; time does not jump while a thread works."""
        ended = super().run_in_executor(executor, func, *args)
        self._threads += 1
        ended.add_done_callback(self._thread_ended)
        return ended

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """As asyncio has it; joining takes no virtual time."""
        del timeout  # it would be virtual time, of which joining threads takes none
        self._threads += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._threads -= 1

    def _thread_ended(self, _: object) -> None:
        self._threads -= 1

    def deadlock(self, text: str) -> DeadlockError:
        """The error for a loop in which nothing can happen any more."""
        tasks = sorted(map(_whereabouts, asyncio.all_tasks(self)))
        waiting = "\n".join(f"  {task}" for task in tasks) or "  (no task at all)"
        return DeadlockError(f"{text}; waiting are\n{waiting}")


def _whereabouts(task: asyncio.Task[Any]) -> str:
    """The task's name, and the innermost place of its code that is not asyncio's."""
    places = [
        f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
        for frame in _frames(task.get_coro())
        if not frame.f_code.co_filename.startswith(_ASYNCIO)
    ]
    return f"{task.get_name()} at {places[-1]}" if places else task.get_name()


def _frames(awaited: object) -> Iterator[FrameType]:
    """From the task's coroutine down to what it waits in."""
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is not None:
            yield frame
        awaited = getattr(awaited, "cr_await", None) or getattr(
            awaited, "gi_yieldfrom", None
        )


class _JumpingSelector(selectors.DefaultSelector):
    """Asks for events without waiting; where there are none, time passes instead."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop
        self._turns = 0

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0:
            self._turn(events)
            return events
        self._turns = 0
        if self._loop.waits_for_threads:
            return super().select(None)
        if self._has_sockets:
            patience = _BEFORE_DEADLOCK if timeout is None else _BEFORE_JUMP
            events = super().select(patience)
            if events:
                return events
        if timeout is None:
            raise self._loop.deadlock("nothing can happen any more")
        self._loop.jump(timeout)
        return []

    @property
    def _has_sockets(self) -> bool:
        return len(self.get_map()) > _OWN_SOCKETS

    def _turn(self, events: object) -> None:
        """Of a moment; what comes from outside may end it."""
        self._turns = 0 if events else self._turns + 1
        if self._turns > _TURNS_OF_A_MOMENT:
            self._turns = 0
            if not (self._has_sockets or self._loop.waits_for_threads):
                raise self._loop.deadlock("the loop turns, and its time stands still")


def run(main: Coroutine[Any, Any, T] | Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs a coroutine on a fresh `VirtualLoop` and returns its result.

    Raises `LeakError` where tasks are left when it has ended, or where something was
    reported to the loop's exception handler, such as an exception nobody retrieved.
    """
    reports: list[str] = []
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.get_loop().set_exception_handler(
            lambda _, context: reports.append(_told(context))
        )
        coroutine = main if isinstance(main, Coroutine) else main()
        result = runner.run(_without_leaks(coroutine))
    if reports:
        raise LeakError("\n".join(reports))
    return result


async def _without_leaks(coroutine: Coroutine[Any, Any, T]) -> T:
    result = await coroutine
    for _ in range(_LAST_TURNS):
        if len(asyncio.all_tasks()) == 1:
            return result
        await asyncio.sleep(0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    raise LeakError("tasks are left: " + "; ".join(sorted(map(_whereabouts, left))))


def _told(context: dict[str, Any]) -> str:
    error = context.get("exception")
    return f"{context.get('message')}: {error!r}" if error else str(context["message"])
