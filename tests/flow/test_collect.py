"""Which files become works, which are refused with what reason, and which are passed over."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from moxie.arts.painting import Painting, codec
from moxie.arts.painting.picture import Picture
from moxie.errors import BadInput
from moxie.flow import sources
from moxie.flow.collect import Found, Repeat, Ruling, collect
from moxie.work import Refusal, Rights
from toy import Row, Toy

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file system only")


def png(number: int) -> bytes:
    """A small picture, different for each number."""
    rng = np.random.default_rng(number)
    return codec.write(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8))


def run(
    *given: Path, known: dict[str, str] | None = None
) -> list[Found[Picture] | Repeat | Refusal]:
    return list(collect(given, Painting(), rights=Rights("own"), known=known or {}))


def found(outcomes: list[Found[Picture] | Repeat | Refusal]) -> list[str]:
    return [str(o.work.facts["file"]) for o in outcomes if isinstance(o, Found)]


def refused(outcomes: list[Found[Picture] | Repeat | Refusal]) -> dict[str, str]:
    return {o.name: str(o.why) for o in outcomes if isinstance(o, Refusal)}


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def pack(path: Path, members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_a_work_keeps_its_origin_and_its_rights(tmp_path: Path) -> None:
    data = codec.write(codec.read(png(1), "a"), ".jpg")
    (outcome,) = run(fill(tmp_path, {"river_in__spring.jpg": data}) / "river_in__spring.jpg")
    assert isinstance(outcome, Found)
    work = outcome.work
    assert work.title == "river in spring"
    assert work.original == hashlib.sha256(data).hexdigest()
    assert work.id == hashlib.sha256(outcome.data).hexdigest()
    assert work.rights == Rights("own")
    assert work.amount == pytest.approx(24 * 32 / 1e6)
    assert work.facts["format"] == "JPEG"
    assert np.array_equal(codec.read(outcome.data, "a"), codec.read(data, "a"))


def test_folders_are_read_deep_and_in_order(tmp_path: Path) -> None:
    names = ["b.png", "a/z.png", "a/b/c.PNG", "c.png", "noending"]
    fill(tmp_path, {name: png(i) for i, name in enumerate(names)})
    assert found(run(tmp_path)) == ["a/b/c.PNG", "a/z.png", "b.png", "c.png", "noending"]


def test_what_is_no_work_is_passed_over(tmp_path: Path) -> None:
    junk = [".DS_Store", "Thumbs.db", "index.csv", "SOURCES.md", "notes.txt", "README", "._a.png"]
    fill(tmp_path, dict.fromkeys(junk, b"x") | {"__MACOSX/a.png": b"x", ".git/a.png": b"x"})
    fill(tmp_path, {"a.png": png(1)})
    outcomes = run(tmp_path)
    assert found(outcomes) == ["a.png"]
    assert len(outcomes) == 1


def test_what_tells_of_a_folder_of_texts_is_no_work_of_it(tmp_path: Path) -> None:
    about = ["README.md", "readme.zh.md", "SOURCES.md", "LICENSE", "NOTICE.txt"]
    works = ["Sources.md", "a song.txt", "READ ME NOT.md", "README.docx"]
    for name in (*about, *works):
        (tmp_path / name).write_text("Of rivers.", "utf-8")
    suffixes = {".md", ".txt", ".docx"}
    assert sorted(entry.name for entry in sources.entries([tmp_path], suffixes)) == sorted(works)
    named = [tmp_path / "SOURCES.md"]  # whoever names it means it
    assert [entry.name for entry in sources.entries(named, suffixes)] == ["SOURCES.md"]


def test_a_bad_file_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    fill(tmp_path, {"a.png": png(1), "b.jpg": b"no", "c.png": png(2)[:300], "d.heic": b"ftyp"})
    fill(tmp_path, {"e.gif": b"", "f.png": png(3)})
    outcomes = run(tmp_path)
    assert found(outcomes) == ["a.png", "f.png"]
    why = refused(outcomes)
    assert list(why) == ["b.jpg", "c.png", "d.heic", "e.gif"]
    assert "is not a PNG" in why["b.jpg"]
    assert "damaged" in why["c.png"]
    assert "save it as one of these" in why["d.heic"]
    assert why["e.gif"] == "e.gif is empty."


def test_a_file_that_is_named_is_expected_to_be_a_work(tmp_path: Path) -> None:
    fill(tmp_path, {"notes.txt": b"hello", "odd.dat": png(1)})
    outcomes = run(tmp_path / "notes.txt", tmp_path / "odd.dat")
    assert "is not a PNG" in refused(outcomes)["notes.txt"]
    assert found(outcomes) == ["odd.dat"]


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert run(tmp_path) == []


def test_a_source_that_is_not_there_is_said_before_reading(tmp_path: Path) -> None:
    fill(tmp_path, {"a.png": png(1)})
    with pytest.raises(BadInput, match="There is nothing at"):
        collect([tmp_path, tmp_path / "b"], Painting(), rights=Rights(), known={})


def test_the_same_file_and_the_same_pixels_are_repeats(tmp_path: Path) -> None:
    picture = codec.read(png(1), "a")
    fill(tmp_path, {"a.png": png(1), "b.png": png(1), "c.tiff": codec.write(picture, ".tiff")})
    first, second, third = run(tmp_path)
    assert isinstance(first, Found)
    assert second == Repeat("b.png", first.work.id)
    assert third == Repeat("c.tiff", first.work.id)
    again = run(tmp_path, known={first.work.original: first.work.id})
    assert again == [Repeat(name, first.work.id) for name in ("a.png", "b.png", "c.tiff")]


def test_stopping_early_reads_only_a_little_ahead(tmp_path: Path) -> None:
    fill(tmp_path, {f"{i:02}.png": png(i) for i in range(20)})
    reads: list[str] = []

    class Counting(Painting):
        def read(self, data: bytes, name: str) -> Picture:
            reads.append(name)
            return super().read(data, name)

    outcomes = collect([tmp_path], Counting(), rights=Rights(), known={})
    next(outcomes)
    outcomes.close()
    assert len(reads) <= 5


def rows(folder: Path) -> list[Found[Row] | Repeat | Refusal]:
    return list(collect([folder], Toy(), rights=Rights("own"), known={}))


def test_a_file_of_several_works_gives_each_of_them(tmp_path: Path) -> None:
    fill(tmp_path, {"book.beads": b"beads 1 2\nbeads 3 4\nnonsense\nbeads 1 2\n"})
    first, second, broken, again = rows(tmp_path)
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert first.work.facts["file"] == "book.beads/row 1.beads"
    assert (first.work.title, second.work.title) == ("row 1", "row 2")
    assert first.work.original == hashlib.sha256(b"beads 1 2\n").hexdigest()
    assert first.work.facts["works in the file"] == 4
    assert isinstance(broken, Refusal)
    assert broken.name == "book.beads/row 3.beads"
    assert again == Repeat("book.beads/row 4.beads", first.work.id)


def test_what_is_said_of_a_file_holds_for_all_works_in_it(tmp_path: Path) -> None:
    fill(tmp_path, {"book.beads": b"beads 1 2\nbeads 3 4\n"})
    asked: list[str] = []

    def gate(entry: sources.Entry) -> Ruling:
        asked.append(entry.name)
        return Ruling(facts={"overridden": "by its maker"})

    found = list(collect([tmp_path], Toy(), rights=Rights("own"), known={}, gate=gate))
    assert asked == ["book.beads"]
    assert [one.work.facts["overridden"] for one in found if isinstance(one, Found)] == [
        "by its maker",
        "by its maker",
    ]


def test_a_file_of_too_many_works_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moxie.flow.collect.MAX_MEMBERS", 2)
    fill(tmp_path, {"book.beads": b"beads 1 2\nbeads 3 4\nbeads 5 6\n"})
    (refusal,) = rows(tmp_path)
    assert isinstance(refusal, Refusal)
    assert "more than 2 works" in str(refusal.why)


def test_names_are_made_safe_to_store_and_print(tmp_path: Path) -> None:
    name = "夜の \u202egnp.e\u0301té 🎨.png"
    (outcome,) = run(fill(tmp_path, {name: png(1)}))
    assert isinstance(outcome, Found)
    assert outcome.work.title == "夜の �gnp.été 🎨"


@posix
def test_a_name_that_is_not_unicode_is_stored_all_the_same(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9\n.png"
    try:
        with open(path, "wb") as file:  # noqa: PTH123 - a name of bytes
            file.write(png(1))
    except OSError:
        pytest.skip("this file system takes unicode names only")
    (outcome,) = run(tmp_path)
    assert isinstance(outcome, Found)
    assert outcome.work.title.encode("utf-8").decode() == "caf?�"


@posix
def test_links_are_followed_but_not_for_ever(tmp_path: Path) -> None:
    fill(tmp_path, {"works/a.png": png(1), "elsewhere/b.png": png(2)})
    (tmp_path / "works" / "loop").symlink_to(tmp_path / "works")
    (tmp_path / "works" / "self").symlink_to(tmp_path / "works" / "self")
    (tmp_path / "works" / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "works" / "again").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "works" / "dangling.png").symlink_to(tmp_path / "gone.png")
    outcomes = run(tmp_path / "works")
    assert found(outcomes) == ["a.png", "again/b.png"]
    assert "cannot be opened" in refused(outcomes)["dangling.png"]


@posix
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert "is not an ordinary file" in refused(run(tmp_path))["pipe.png"]


@posix
@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may read everything")
def test_what_may_not_be_opened_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, {"a.png": png(1), "shut/b.png": png(2)})
    (tmp_path / "a.png").chmod(0)
    (tmp_path / "shut").chmod(0)
    why = refused(run(tmp_path))
    (tmp_path / "shut").chmod(0o700)
    assert set(why) == {"a.png", "shut"}


def test_a_huge_file_is_refused_before_it_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_FILE", 1 << 20)
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(1 << 40)  # sparse: a terabyte that takes no room
    assert refused(run(tmp_path))["huge.png"] == "huge.png is over 1 MB."


def test_archives_are_read_without_unpacking(tmp_path: Path) -> None:
    members = [("b/two.png", png(2)), ("a.png", png(1)), ("notes.txt", b"x"), (".hidden.png", b"x")]
    archive = pack(tmp_path / "works.zip", [*members, ("__MACOSX/b.png", b"x"), ("b/", b"")])
    outcomes = run(archive)
    assert found(outcomes) == ["works.zip/a.png", "works.zip/b/two.png"]
    assert len(outcomes) == 2
    assert os.listdir(tmp_path) == ["works.zip"]  # noqa: PTH208


def test_chinese_names_of_either_system_are_read(tmp_path: Path) -> None:
    pack(tmp_path / "w.zip", [("placeholder1.png", png(1)), ("placeholder2.png", png(2))])
    data = (tmp_path / "w.zip").read_bytes()
    for ours, theirs in (
        (b"placeholder1", "富嶽三景".encode()),
        (b"placeholder2", "星空夜河下".encode("gb2312") + b"ab"),
    ):
        assert len(ours) == len(theirs)
        data = data.replace(ours, theirs)
    (tmp_path / "w.zip").write_bytes(data)
    assert found(run(tmp_path)) == ["w.zip/富嶽三景.png", "w.zip/星空夜河下ab.png"]


@pytest.mark.parametrize(
    "name",
    [
        "../up.png",
        "a/../../up.png",
        "/etc/a.png",
        "//server/share.png",
        "..\\up.png",
        "a\\b.png",
        "C:\\a.png",
        "C:a.png",
        "nul\0.png",
        "line\nbreak.png",
    ],
)
def test_odd_names_in_archives_are_refused(tmp_path: Path, name: str) -> None:
    inside = zipfile.ZipInfo("x" * len(name))
    archive = pack(tmp_path / "w.zip", [(inside, png(1)), ("fine.png", png(2))])
    data = archive.read_bytes().replace(inside.filename.encode(), name.encode())
    archive.write_bytes(data)
    outcomes = run(archive)
    assert found(outcomes) == ["w.zip/fine.png"]
    (why,) = refused(outcomes).values()
    assert "no honest archive" in why
    assert "\n" not in why


def test_links_repeats_and_archives_in_archives_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    inner = pack(tmp_path / "inner.zip", [("a.png", png(9))]).read_bytes()
    members = [(link, b"/etc/passwd"), ("inner.zip", inner), ("a.png", png(1))]
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = pack(tmp_path / "w.zip", [*members, ("a.png", png(2))])
    outcomes = run(archive)
    assert found(outcomes) == ["w.zip/a.png"]
    reasons = "".join(str(o.why) for o in outcomes if isinstance(o, Refusal))
    assert "link, not a file" in reasons
    assert "archive inside an archive" in reasons
    assert "more than once" in reasons


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    archive = pack(tmp_path / "w.zip", [("bomb.png", bytes(50 << 20)), ("fine.png", png(1))])
    assert archive.stat().st_size < 100_000
    outcomes = run(archive)
    assert found(outcomes) == ["w.zip/fine.png"]
    assert "as a bomb does" in refused(outcomes)["w.zip/bomb.png"]


def test_caps_on_a_file_the_total_and_the_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(0).bytes(3 << 20)
    archive = pack(tmp_path / "w.zip", [("a.png", noise), ("b.png", png(1)), ("c.png", png(2))])
    with monkeypatch.context() as patch:
        patch.setattr(sources, "MAX_FILE", 2 << 20)
        assert "over 2 MB" in refused(run(archive))["w.zip/a.png"]
    with monkeypatch.context() as patch:
        patch.setattr(sources, "MAX_TOTAL", 2 << 20)
        assert "holds over" in refused(run(archive))["w.zip/a.png"]
    with monkeypatch.context() as patch:
        patch.setattr(sources, "MAX_MEMBERS", 2)
        assert "more than 2 files" in refused(run(archive))["w.zip"]


def test_a_list_of_contents_too_long_to_load_is_refused(tmp_path: Path) -> None:
    archive = pack(tmp_path / "w.zip", [("a.png", png(1))])
    data = archive.read_bytes()
    end = data.rfind(b"PK\5\6")
    archive.write_bytes(data[: end + 12] + struct.pack("<I", 1 << 28) + data[end + 16 :])
    assert "more than" in refused(run(archive))["w.zip"]


def test_encrypted_damaged_and_pretended_archives(tmp_path: Path) -> None:
    archive = pack(tmp_path / "w.zip", [("a.png", png(1))])
    data = bytearray(archive.read_bytes())
    data[data.rfind(b"PK\1\2") + 8] |= 1
    data[data.find(b"PK\3\4") + 6] |= 1
    archive.write_bytes(data)
    assert "is encrypted" in refused(run(archive))["w.zip/a.png"]

    pack(archive, [("a.png", png(1)), ("b.png", png(2))])
    data = bytearray(archive.read_bytes())
    data[200] ^= 255  # inside the first member
    archive.write_bytes(data)
    outcomes = run(archive)
    assert "is damaged" in refused(outcomes)["w.zip/a.png"]
    assert found(outcomes) == ["w.zip/b.png"]

    archive.write_bytes(bytes(data[:-40]))
    assert "is not a zip archive" in refused(run(archive))["w.zip"]
