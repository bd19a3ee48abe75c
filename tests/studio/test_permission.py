"""The gate of collecting, reasons that pass it, models with their works, and forgetting one."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moxie import Studio
from moxie.cli import pedigree_verbs, run
from moxie.errors import BadInput, Missing, NotPermitted
from toy import ART

RESERVED = json.dumps([{"location": "/*", "tdm-reservation": 1}])
PROHIBITED = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:DataMining='
    '"http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"/></rdf:RDF></x:xmpmeta>'
)


def picture(number: int, **options: object) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **options)
    return out.getvalue()


def test_a_picture_that_says_no_is_refused_with_its_own_words(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "plain.jpg").write_bytes(picture(1))
    (folder / "tagged.jpg").write_bytes(picture(2, xmp=PROHIBITED.encode()))
    (folder / "beside.jpg").write_bytes(picture(3))
    (folder / "beside.jpg.xmp").write_text(PROHIBITED)
    with Studio() as studio:
        found = studio.collect(folder)
        assert [work.title for work in studio.works()] == ["plain"]
        assert {r.name: r.forbidden for r in found.refused} == {
            "beside.jpg": True,
            "tagged.jpg": True,
        }
        assert "PLUS in XMP says “plus:DataMining: DMI-PROHIBITED-AIMLTRAINING”" in str(
            found.refused[1].why
        )
        again = studio.collect(folder, override_rights="  I am   the artist ")
        assert (again.new, again.repeats, again.refused) == (2, 1, ())
        facts = {work.title: work.facts for work in studio.works()}
    assert facts["tagged"]["rights_override"] == "I am the artist"
    assert "DMI-PROHIBITED-AIMLTRAINING" in str(facts["tagged"]["rights_signal"])
    assert "rights_override" not in facts["plain"]  # it said nothing


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\u202eb"])
def test_a_reason_has_to_be_one(tmp_path: Path, reason: str) -> None:
    (tmp_path / "a.jpg").write_bytes(picture(1))
    with Studio() as studio, pytest.raises(BadInput, match="Say in up to 500"):
        studio.collect(tmp_path / "a.jpg", override_rights=reason)


def test_notices_beside_count_in_folders_zips_and_for_single_files(
    beads: Path, tmp_path: Path
) -> None:
    (beads / "tdmrep.json").write_text(RESERVED)
    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as pack:
        for path in sorted(beads.iterdir()):
            pack.write(path, f"inner/{path.name}")
    with Studio() as studio:
        for given in (beads, archive, sorted(beads.glob("*.beads"))[0]):
            with pytest.raises(NotPermitted, match="None of the"):
                studio.collect(given, art="toy", corpus="c")
        (beads / "tdmrep.json").write_text(RESERVED.replace("1", "0"))
        assert studio.collect(beads, art="toy", corpus="c").works == 24


def test_what_lies_beside_one_source_is_not_about_another(beads: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "more.beads").write_bytes(ART.write((1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4)))
    (other / "tdmrep.json").write_text(RESERVED)
    with Studio() as studio:
        found = studio.collect(beads, other, art="toy")
    assert (found.works, [refusal.name for refusal in found.refused]) == (24, ["more.beads"])


def test_a_license_without_derivatives_is_a_no(
    beads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["collect", str(beads), "--art", "toy", "--rights", "license:CC-BY-ND-4.0"]) == 4
    assert "CC-BY-ND-4.0" in capsys.readouterr().err
    argv = ["collect", str(beads), "--art", "toy", "--rights", "license:CC-BY-ND-4.0"]
    assert run([*argv, "--override-rights", "written leave of 2026-11-02", "--json"]) == 0
    capsys.readouterr()
    assert run(["works", "--json"]) == 0
    [first, *_] = json.loads(capsys.readouterr().out.splitlines()[-1])["works"]
    assert first["rights"] == {"basis": "license", "license": "CC-BY-ND-4.0"}
    assert first["rights_override"] == "written leave of 2026-11-02"


@pytest.mark.slow
def test_a_model_lists_its_works_and_a_forgotten_one_is_left_out(
    beads: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Studio() as studio:
        made = studio.run(beads, art="toy", n=2, rights="own", out=tmp_path / "out").creations
        [model] = studio.models()
        assert model.works is not None
        assert (len(model.works), model.creations) == (24, 2)
        assert {str(source.rights) for source in model.works} == {"own"}
        learnt = next(source.work for source in model.works if not source.held_out)
        with pytest.raises(Missing):
            studio.forget("ffff0000")
        with pytest.raises(BadInput, match="More than one"):
            studio.forget(_shared([work.id for work in studio.works()]))
        gone = studio.forget(learnt[:16], erase=True)
        assert gone.work.id == learnt
        assert [run.id for run in gone.models] == [model.run.id]
        assert {creation.id for creation, _ in gone.creations} == {m.creation.id for m in made}
        assert all(share is not None and 0 < share < 1 for _, share in gone.creations)
        assert gone.erased
        assert not studio._library.has(learnt)
        with pytest.raises(Missing, match="earlier step"):
            studio.train()
        studio.prepare()
        studio.choose()
        studio.train()
        new, old = studio.models()
        assert new.works is not None
        assert old.works is not None
        assert learnt not in {source.work for source in new.works}
        assert [source.work for source in old.works if source.forgotten] == [learnt]
        studio.create(n=1)
        studio.report(out=tmp_path / "out")
    assert run(["models", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])["models"]
    assert [len(one["works"]) for one in told] == [23, 24]
    assert run(["forget"]) == 2
    assert run(["works"]) == 0
    capsys.readouterr()
    monkeypatch.setattr(pedigree_verbs, "MOST_SHOWN", 3)
    assert run(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.endswith(" more; --json lists them all.") for line in lines) == 2
    old = lines[[line.startswith("Model ") for line in lines].index(True, 1) :]
    listed = [line for line in old if line.startswith(f"  {learnt[:8]}")]
    assert listed[0].endswith("forgotten since"), "what is out of the ordinary comes first"


def _shared(ids: list[str]) -> str:
    """A beginning that two ids share: with 24 ids one hexadecimal digit does."""
    digits = [name[0] for name in ids]
    return next(digit for digit in digits if digits.count(digit) > 1)
