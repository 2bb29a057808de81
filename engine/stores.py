"""What is kept in SQL, opened by the configuration: for the engine, and for commands that work without one."""

from dataclasses import dataclass

from calls.clock import Clock
from config.deadlines import deadlines
from config.derive import link_rules, sql_url
from config.settings import Settings
from store.sql.acts import SqlActs
from store.sql.availability import SqlAbsences, SqlFreeWishes
from store.sql.callbacks import SqlCallbackList
from store.sql.database import Database
from store.sql.directory import SqlDirectory
from store.sql.keeping import SqlFactStore
from store.sql.link_wishes import LinkWishes
from store.sql.links import SqlLinks
from store.sql.outbox import SqlOutbox
from store.sql.records import SqlRecords
from store.sql.roster import SqlRoster
from store.sql.rota import SqlRota
from store.sql.specialists import SqlSpecialistFigures
from tickets.links import Sending


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
    links: SqlLinks
    outbox: SqlOutbox
    absences: SqlAbsences
    wishes: SqlFreeWishes
    figures: SqlSpecialistFigures


def open_stores(settings: Settings, clock: Clock) -> Stores:
    """Nothing is connected yet. Raises: Refused: the URL or the deadlines are faulty."""
    database = Database(sql_url(settings))
    rules = deadlines(settings)
    hotline, sending = settings.hotline.id, link_rules(settings)
    automatic = bool(sending.base_url) and sending.send is Sending.AUTOMATIC
    return Stores(
        database=database,
        facts=SqlFactStore(database, hotline, rules, clock, wishes=LinkWishes(database, hotline) if automatic else None),
        records=SqlRecords(database, hotline, rules),
        directory=SqlDirectory(database, hotline),
        roster=SqlRoster(database, hotline),
        rota=SqlRota(database, hotline),
        acts=SqlActs(database, hotline),
        callbacks=SqlCallbackList(database, hotline),
        links=SqlLinks(database, hotline),
        outbox=SqlOutbox(database, hotline),
        absences=SqlAbsences(database, hotline),
        wishes=SqlFreeWishes(database, hotline),
        figures=SqlSpecialistFigures(database, hotline, rules.calendar),
    )
