"""How stores of earlier versions become stores of this one. Alembic runs it; see upgrading.py."""
