"""Alembic's folder: `env` runs the migrations in `versions`, oldest first. A released migration is never edited."""
