"""Files that many write at once are whole at any instant, and what was left half-written goes."""

import os
import threading
from pathlib import Path

import pytest

from engine.refusals import Refusal
from engine.store.atomic_files import read_small, replace_with, sweep


def test_writers_at_once_do_not_take_each_others_files(tmp_path):
    path, faults = tmp_path / "newest.head", []

    def write(name: bytes) -> None:
        try:
            for _ in range(50):
                replace_with(path, lambda file: file.write(name * 1_000))
        except OSError as fault:
            faults.append(fault)

    writers = [threading.Thread(target=write, args=(bytes([65 + number]),)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not faults and len(set(path.read_bytes())) == 1 and len(path.read_bytes()) == 1_000
    assert os.listdir(tmp_path) == ["newest.head"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "snapshot.npz"
    path.write_bytes(b"old")
    with pytest.raises(ValueError):
        replace_with(path, lambda file: file.write(b"half") and int("no"))
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["snapshot.npz"]


def test_what_the_dead_left_is_swept_and_what_the_living_write_stays(tmp_path):
    dead, living = tmp_path / "snapshot.npz.999999999.1.new", tmp_path / f"snapshot.npz.{os.getpid()}.1.new"
    for left in (dead, living):
        left.write_bytes(b"half")
    sweep(tmp_path)
    assert os.listdir(tmp_path) == [living.name]


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="this system has no file that cannot be read")
def test_a_file_that_fails_while_it_is_read_is_a_refusal():
    with pytest.raises(Refusal, match="file_unreadable"):
        read_small(Path("/proc/self/mem"), 10)


def test_a_file_is_as_long_as_is_allowed_and_no_longer(tmp_path):
    path = tmp_path / "log.key"
    path.write_bytes(b"x" * 10)
    assert read_small(path, 10) == b"x" * 10
    with pytest.raises(Refusal, match="is longer than 9 bytes"):
        read_small(path, 9)
