"""What is kept in SQL, opened by the configuration: for the engine, and for commands that work without one."""

from dataclasses import dataclass

from calls.clock import Clock
from config.deadlines import deadlines
from config.derive import sql_url
from config.settings import Settings
from store.sql.acts import SqlActs
from store.sql.availability import SqlAbsences, SqlFreeWishes
from store.sql.callbacks import SqlCallbackList
from store.sql.database import Database
from store.sql.directory import SqlDirectory
from store.sql.keeping import SqlFactStore
from store.sql.records import SqlRecords
from store.sql.roster import SqlRoster
from store.sql.rota import SqlRota
from store.sql.specialists import SqlSpecialistFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The tables of one hotline."""

    database: Database
    facts: SqlFactStore
    records: SqlRecords
    directory: SqlDirectory
    roster: SqlRoster
    rota: SqlRota
    acts: SqlActs
    callbacks: SqlCallbackList
    absences: SqlAbsences
    wishes: SqlFreeWishes
    figures: SqlSpecialistFigures


def open_stores(settings: Settings, clock: Clock) -> Stores:
    """Nothing is connected yet. Raises: Refused: the URL or the deadlines are faulty."""
    database = Database(sql_url(settings))
    rules = deadlines(settings)
    hotline = settings.hotline.id
    return Stores(
        database=database,
        facts=SqlFactStore(database, hotline, rules, clock),
        records=SqlRecords(database, hotline, rules),
        directory=SqlDirectory(database, hotline),
        roster=SqlRoster(database, hotline),
        rota=SqlRota(database, hotline),
        acts=SqlActs(database, hotline),
        callbacks=SqlCallbackList(database, hotline),
        absences=SqlAbsences(database, hotline),
        wishes=SqlFreeWishes(database, hotline),
        figures=SqlSpecialistFigures(database, hotline, rules.calendar),
    )
