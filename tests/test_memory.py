"""How much memory a build may take: sizes as people write them, limits of systems, budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memscan import InputError, memory
from memscan.batches import BATCH_CHARACTERS
from memscan.memory import LEAST_SHARD_BYTES, budget, size_in_bytes

if TYPE_CHECKING:
    from pathlib import Path

MEBI = 2**20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2000000", 2_000_000),
        ("7B", 7),
        ("4GB", 4 * 10**9),
        ("4G", 4 * 10**9),
        ("4gb", 4 * 10**9),
        ("512MiB", 512 * MEBI),
        ("512 mib", 512 * MEBI),
        ("1.5kB", 1500),
        ("2TiB", 2 * 2**40),
        ("0", 0),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, expected: int) -> None:
    assert size_in_bytes(text) == expected


@pytest.mark.parametrize("text", ["", "GB", "-1", "4XB", "4 G B", "1e9", "٤GB", "4GBB", "4iB", "."])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(InputError, match="is no size; expected bytes, or a number with a unit"):
        size_in_bytes(text)


@given(st.integers(0, 2**50))
def test_a_plain_number_is_bytes(number: int) -> None:
    assert size_in_bytes(str(number)) == size_in_bytes(f"{number}B") == number


class Machine:
    """A machine whose files say what a test wants."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.cgroups = folder / "proc", folder / "cgroup"
        self.write(self.proc / "self" / "status", "VmHWM:\t 300000 kB\nVmRSS:\t  100000 kB\n")

    def write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def has(self, free_kilobytes: int) -> None:
        self.write(self.proc / "meminfo", f"MemTotal: 9 kB\nMemAvailable: {free_kilobytes} kB\n")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setattr(memory, "PROC", made.proc)
    monkeypatch.setattr(memory, "CGROUPS", made.cgroups)
    return made


def test_free_memory_is_that_of_the_machine(machine: Machine) -> None:
    machine.has(4096)
    assert memory.free_bytes() == 4 * MEBI
    assert memory.resident_bytes() == 102_400_000
    assert memory.peak_bytes() == 307_200_000


def test_limit_of_a_group_or_of_one_above_it_holds(machine: Machine) -> None:
    machine.has(10**6)
    machine.write(machine.proc / "self" / "cgroup", "0::/jobs/ours\n")
    ours, above = machine.cgroups / "jobs" / "ours", machine.cgroups / "jobs"
    machine.write(ours / "memory.max", "max\n")
    machine.write(ours / "memory.current", "5\n")
    assert memory.free_bytes() == 10**6 * 1024
    machine.write(above / "memory.max", "1000\n")
    machine.write(above / "memory.current", "900\n")
    assert memory.free_bytes() == 100
    machine.write(above / "memory.stat", "anon 1\ninactive_file 250\n")
    assert memory.free_bytes() == 350
    machine.write(above / "memory.current", "2000\n")
    assert memory.free_bytes() == 0


def test_limit_of_a_container_whose_path_is_not_mounted_holds(machine: Machine) -> None:
    machine.has(10**6)
    machine.write(machine.proc / "self" / "cgroup", "0::/docker/abc\n")
    machine.write(machine.cgroups / "memory.max", "1000\n")
    machine.write(machine.cgroups / "memory.current", "10\n")
    assert memory.free_bytes() == 990


def test_limit_of_the_first_version_of_groups_holds(machine: Machine) -> None:
    machine.has(10**6)
    machine.write(machine.proc / "self" / "cgroup", "3:cpu:/x\n2:memory,hugetlb:/x\n")
    machine.write(machine.cgroups / "memory" / "x" / "memory.limit_in_bytes", "1000\n")
    machine.write(machine.cgroups / "memory" / "x" / "memory.usage_in_bytes", "400\n")
    machine.write(machine.cgroups / "memory" / "x" / "memory.stat", "total_inactive_file 50\n")
    assert memory.free_bytes() == 650


@pytest.mark.usefixtures("machine")
def test_a_system_that_tells_nothing_sets_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> int:
        raise ValueError("unknown name")

    monkeypatch.setattr("os.sysconf", refuse)
    assert memory.free_bytes() is None
    assert budget(None).shard_bytes is None


@pytest.mark.usefixtures("machine")
def test_a_system_without_proc_is_asked_for_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sysconf", {"SC_AVPHYS_PAGES": 10, "SC_PAGE_SIZE": 4096}.get)
    assert memory.free_bytes() == 40_960


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("bytes_a_character", [16, 320])
def test_what_is_held_and_read_comes_off_the_budget(bytes_a_character: int) -> None:
    for size in (200 * MEBI, 10**9, 10**12):
        share = budget(size, bytes_a_character=bytes_a_character)
        assert share.shard_bytes is not None
        reading = share.batch_characters * bytes_a_character
        assert share.shard_bytes >= LEAST_SHARD_BYTES
        assert share.shard_bytes + 102_400_000 + reading <= size + 2**16 * bytes_a_character
        assert 2**16 <= share.batch_characters <= BATCH_CHARACTERS


@pytest.mark.usefixtures("machine")
def test_a_budget_too_small_says_the_least_that_is_enough() -> None:
    with pytest.raises(InputError, match="memory is 1,000 bytes; expected at least") as error:
        budget(1000)
    least = int(str(error.value).split("at least ")[1].split(", since")[0].replace(",", ""))
    assert error.value.hint == "give more, or leave it out: then half of what is free is used"
    share = budget(least).shard_bytes
    assert share is not None
    assert share >= LEAST_SHARD_BYTES
    with pytest.raises(InputError):
        budget(least - 1)


def test_half_of_what_is_free_is_used_and_never_too_little(machine: Machine) -> None:
    machine.has(10**7)
    share = budget(None)
    assert share.shard_bytes is not None
    assert 0.9 < share.shard_bytes / (10**7 * 1024 // 2) < 1
    machine.has(1)
    assert (budget(None).shard_bytes or 0) >= LEAST_SHARD_BYTES


def test_this_system_tells_something() -> None:
    assert 0 < (memory.resident_bytes() or 1) <= (memory.peak_bytes() or 1)


def test_a_limit_of_the_address_space_counts(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")
    machine.has(9_000_000)
    machine.write(machine.proc / "self" / "status", "VmSize:\t 500000 kB\n")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (600_000 * 1024, resource.RLIM_INFINITY))
    assert memory.free_bytes() == 100_000 * 1024
