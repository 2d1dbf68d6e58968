"""The virtual clock: time that jumps, deadlocks that are told, leaks that fail."""

from __future__ import annotations

import asyncio
import time

import anyio
import pytest

from bitrix_async.testing import DeadlockError, LeakError, VirtualLoop, run


def test_time_jumps() -> None:
    """A day passes at once, and exactly."""
    began = time.monotonic()

    async def main() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert run(main) == 86_400
    assert time.monotonic() - began < 5


def test_order_of_timers() -> None:
    """Timers fire in the order of their times, whoever set them first."""
    fired: list[int] = []

    async def sleeper(seconds: int) -> None:
        await asyncio.sleep(seconds)
        fired.append(seconds)

    async def main() -> None:
        await asyncio.gather(*map(sleeper, (3, 1, 2)))

    run(main())
    assert fired == [1, 2, 3]


def test_deadlock() -> None:
    """Waiting for what can never happen is an error that says where."""

    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(DeadlockError, match=r"test_portal_clock\.py:\d+ in main"):
        run(main)


def test_a_caught_deadlock_of_two() -> None:
    """Every waiting task is named."""

    async def wait_for(other: asyncio.Event) -> None:
        await other.wait()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(wait_for(asyncio.Event()), name="left")
            group.create_task(wait_for(asyncio.Event()), name="right")

    with pytest.raises(DeadlockError, match=r"(?s)left.*right"):
        run(main)


def test_a_loop_that_turns_on_the_spot() -> None:
    """A timer that is always due keeps the time from passing: it is said, and where."""

    def due() -> None:
        loop = asyncio.get_running_loop()
        loop.call_at(loop.time() - 1, due)

    async def main() -> None:
        due()
        await asyncio.sleep(1)

    with pytest.raises(DeadlockError, match=r"time stands still(?s:.*)in main"):
        run(main)


def test_leaked_tasks() -> None:
    """A task that outlives the main coroutine is a leak."""

    async def forever() -> None:
        await asyncio.sleep(1e9)

    async def main() -> object:
        return asyncio.create_task(forever(), name="forgotten")

    with pytest.raises(LeakError, match="forgotten"):
        run(main)


def test_tasks_that_are_about_to_end_are_no_leak() -> None:
    """A task that needs no time to end may end after the main one."""

    async def main() -> object:
        task = asyncio.create_task(asyncio.sleep(1e9))
        await asyncio.sleep(0)
        task.cancel()
        return task

    run(main)


def test_exceptions_that_nobody_retrieved() -> None:
    """What the loop's exception handler hears of fails the run."""

    async def main() -> None:
        def fail() -> None:
            raise ValueError("lost")

        asyncio.get_running_loop().call_soon(fail)
        await asyncio.sleep(1)

    with pytest.raises(LeakError, match="lost"):
        run(main)


def test_errors_of_the_main_coroutine_come_through() -> None:
    """They are not replaced by what they leave behind."""

    async def main() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        run(main)


@pytest.mark.parametrize("debug", [False, True])
def test_threads_are_waited_for(debug: bool) -> None:
    """Work in a thread takes real time and no virtual time."""

    def slowly() -> str:
        time.sleep(0.02)
        return "done"

    async def main() -> tuple[str, float]:
        asyncio.get_running_loop().set_debug(debug)
        found = await asyncio.to_thread(slowly)
        return found, asyncio.get_running_loop().time()

    assert run(main) == ("done", 0)


def test_time_limits_are_virtual() -> None:
    """asyncio's and anyio's time limits end when virtual time says so."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        ends = []
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.sleep(60)
        ends.append(loop.time())
        with anyio.move_on_after(30):
            await anyio.sleep(60)
        return [*ends, loop.time()]

    assert run(main) == [30, 60]


async def _talk() -> tuple[bytes, float]:
    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await asyncio.sleep(30)
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    return line, asyncio.get_running_loop().time()


def test_sockets_of_the_same_process() -> None:
    """Real loopback sockets work, and what they wait for is virtual."""
    assert run(_talk) == (b"hello\n", 30)


def test_deadlock_with_sockets() -> None:
    """Open sockets delay the verdict a moment, and do not prevent it."""

    async def main() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with server:
            await asyncio.get_running_loop().create_future()

    with pytest.raises(DeadlockError):
        run(main)


def test_the_same_every_time() -> None:
    """A run takes the same virtual time however often it is made."""
    assert {run(_talk()) for _ in range(5)} == {(b"hello\n", 30)}


def test_a_loop_of_ones_own() -> None:
    """The loop works under asyncio's own runner."""
    with asyncio.Runner(loop_factory=VirtualLoop, debug=True) as runner:
        runner.run(asyncio.sleep(3600))

        assert runner.get_loop().time() == 3600
