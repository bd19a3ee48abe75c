"""Every earlier store becomes one of this version; a later one is refused and left alone."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from moxie.errors import StoreError, StoreTooNew
from moxie.settings import Settings
from moxie.store import Library, upgrading
from moxie.store.database import make_engine, where
from moxie.store.schema import REVISION, TABLES, VERSION_TABLE
from moxie.work import Corpus

ROWS = {
    "0001": """
        INSERT INTO corpora VALUES ('vincent', 'painting');
        INSERT INTO works VALUES (1, 'vincent', 'a', 'b', '{}');
        INSERT INTO documents VALUES ('vincent', 'x', '{"basis":"own"}');
        INSERT INTO runs VALUES (1, 'r', 'vincent', '{}');
        INSERT INTO evaluations VALUES ('r', '{}');
        INSERT INTO creations VALUES (1, 'c', 'r', 'f', '{}');
    """,
}
ROWS["0002"] = (
    ROWS["0001"]
    + """
        INSERT INTO log VALUES (0, 's', 'l', '{}');
        INSERT INTO particulars VALUES (0, 'a', '{}');
        INSERT INTO checkpoints VALUES (1, 'p', 'n', '');
        INSERT INTO events VALUES (1, 's', 0, '{}');
        INSERT INTO shelves VALUES ('s', 1);
        INSERT INTO licenses VALUES (1, 'i', 's', 'draft', '{}');
        INSERT INTO postings VALUES (1, 'i', 0, 'maker', 'EUR', 5000000000);
    """
)
ROWS["0003"] = (
    ROWS["0002"]
    + """
        INSERT INTO answers VALUES (1, 'vincent', 'me', 'like', '2026-01-01', NULL, '{}');
        INSERT INTO looks VALUES ('vincent', 'judges', 'c', 'e', 'AACAPw==');
    """
)
"""What a store of each revision held: a row in every table. Add to it with each migration."""

NEW = {
    "0002": {"log", "particulars", "checkpoints", "events", "shelves", "licenses", "postings"},
    "0003": {"answers", "looks"},
}
"""The tables that came with a revision."""


PRESENT = upgrading.MIGRATIONS


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", upgrading.MIGRATIONS)
    made.set_main_option("path_separator", "os")
    return made


def steps() -> list[str]:
    """The revisions, oldest first."""
    found = ScriptDirectory.from_config(config()).walk_revisions()
    return [step.revision for step in found][::-1]


def migrate(home: Path, revision: str) -> None:
    engine = make_engine(where(home, None))
    with engine.execution_options(writes=True).begin() as connection:
        prepared = config()
        prepared.attributes["connection"] = connection
        command.upgrade(prepared, revision)
    engine.dispose()


def schema(home: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 2").fetchall()


def test_the_last_migration_is_the_one_that_is_named() -> None:
    assert steps()[-1] == REVISION
    assert sorted(ROWS) == sorted(steps())


@pytest.mark.parametrize("revision", steps())
def test_a_store_of_each_revision_is_brought_here(home: Path, revision: str) -> None:
    home.mkdir()
    migrate(home, revision)
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection:
        connection.executescript(ROWS[revision])
    with Library.open(Settings(home)) as library:
        assert library.corpora() == [Corpus("vincent", "painting")]
        with library._database.reading() as records:
            later = [NEW.get(step, set()) for step in steps() if step > revision]
            empty = set().union(*later)
            for table in TABLES.tables:
                assert len(records.find(table)) == (table not in empty), table


def test_the_migrations_make_exactly_the_tables(library: Library) -> None:
    with library._database.reading() as records:
        context = MigrationContext.configure(
            records._connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, TABLES) == []


def test_a_newer_store_is_refused_and_left_alone(library: Library, home: Path) -> None:
    library.close()
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection, connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        connection.execute("CREATE TABLE later (x)")
    before = schema(home)
    with pytest.raises(StoreTooNew, match="written by a newer version of Moxie"):
        Library.open(Settings(home))
    assert schema(home) == before


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A later Moxie: the same migrations and one more."""
    migrations = tmp_path / "migrations"
    versions = migrations / "versions"
    versions.mkdir(parents=True)
    present = Path(upgrading.__file__).parent / "migrations"
    (migrations / "env.py").write_bytes((present / "env.py").read_bytes())
    for path in (present / "versions").glob("m*.py"):
        (versions / path.name).write_bytes(path.read_bytes())
    later = f"""
        import sqlalchemy as sa
        from alembic import op

        revision = "later"
        down_revision = "{REVISION}"


        def upgrade():
            with op.batch_alter_table("corpora", recreate="always") as table:
                table.add_column(sa.Column("note", sa.Text()))
            op.create_table("later", sa.Column("x", sa.Integer(), primary_key=True))
    """
    (versions / "later.py").write_text(dedent(later), "utf-8")
    monkeypatch.setattr(upgrading, "MIGRATIONS", str(migrations))
    monkeypatch.setattr(upgrading, "REVISION", "later")
    return versions / "later.py"


def test_the_next_version_keeps_everything_and_this_one_then_refuses(
    home: Path, next_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    migrate(home, REVISION)
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection:
        connection.executescript(ROWS[REVISION])
    upgrading.upgrade(where(home, None))
    upgrading.upgrade(where(home, None))
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection:
        assert connection.execute("SELECT * FROM corpora").fetchall() == [
            ("vincent", "painting", None)
        ]
        assert connection.execute("SELECT count(*) FROM works").fetchone() == (1,)
    monkeypatch.setattr(upgrading, "MIGRATIONS", PRESENT)
    monkeypatch.setattr(upgrading, "REVISION", REVISION)
    with pytest.raises(StoreTooNew):
        Library.open(Settings(home))


@pytest.mark.parametrize("fault", ["raise OSError", 'op.execute("DELETE FROM corpora")'])
def test_a_migration_that_fails_leaves_the_store_as_it_was(
    home: Path, next_version: Path, fault: str
) -> None:
    home.mkdir()
    migrate(home, REVISION)
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection:
        connection.executescript(ROWS[REVISION])
    before = schema(home)
    with next_version.open("a") as file:
        file.write(f"    {fault}\n")
    with pytest.raises((OSError, StoreError)) as raised:
        upgrading.upgrade(where(home, None))
    if "DELETE" in fault:
        assert "5 of its records point to nothing" in str(raised.value)
    assert schema(home) == before
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM corpora").fetchone() == (1,)


def test_another_programs_tables_are_left_alone(home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('theirs')")
    with Library.open(Settings(home)) as library:
        assert library.corpora() == []
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection:
        assert connection.execute("SELECT * FROM alembic_version").fetchall() == [("theirs",)]


def test_migrating_leaves_the_programs_logging_alone(
    home: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    root, other = logging.getLogger(), logging.getLogger("somebody.else")
    before = (root.level, list(root.handlers), other.disabled, logging.getLogger("alembic").level)
    Library.open(Settings(home)).close()
    after = (root.level, list(root.handlers), other.disabled, logging.getLogger("alembic").level)
    assert after == before
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.slow
def test_an_installed_wheel_carries_its_migrations(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    copy = tmp_path / "source"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "src", "pyproject.toml", "README.md", "LICENSE"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((root / name).read_bytes())
    command_line = [*pip, "--no-build-isolation", "--target", str(site), str(copy)]
    built = subprocess.run(command_line, capture_output=True, text=True, check=False)
    if "setuptools" in built.stderr and built.returncode:
        pytest.skip("a recent setuptools is not installed, and nothing may be downloaded here")
    assert built.returncode == 0, built.stderr
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import moxie; "
        "assert moxie.__file__.startswith(sys.argv[1]), moxie.__file__; "
        "from pathlib import Path; from moxie.store import Library; "
        "from moxie.settings import Settings; Library.open(Settings(Path(sys.argv[2]))).close()"
    )
    home = tmp_path / "wheel home"
    subprocess.run([sys.executable, "-c", code, str(site), str(home)], check=True, cwd=tmp_path)
    assert (home / "moxie.sqlite3").is_file()
