"""What is searched of a policy, and its text index: FTS5 trigrams on SQLite, pg_trgm on PostgreSQL.

`policy_search` holds the columns by which policies are found and ordered, the texts folded (no case, no accents), and
is kept by triggers on `policy`: whoever writes a policy need not know of it. `words` is the name and the streets,
`keys` the number and the VINs, one a line.
"""

# ruff: noqa: S608 - no piece of these texts comes from outside
import sqlite3

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"

LETTERS = {
    " ": "\u00a0\u202f",
    '"': "“”",
    "'": "‘’ʼ",
    "-": "‐‑–—",
    "a": "ÀÁÂÃÄÅàáâãäåĀāĂăĄąẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặ",
    "c": "ÇçĆćĈĉĊċČč",
    "d": "ĎďĐđ",
    "e": "ÈÉÊËèéêëĒēĔĕĖėĘęĚěẸẹẺẻẼẽẾếỀềỂểỄễỆệ",
    "g": "ĜĝĞğĠġĢģ",
    "h": "ĤĥĦħ",
    "i": "ÌÍÎÏìíîïĨĩĪīĬĭĮįİỈỉỊịı",
    "j": "Ĵĵ",
    "k": "Ķķ",
    "l": "ĹĺĻļĽľŁł",
    "n": "ÑñŃńŅņŇň",
    "o": "ÒÓÔÕÖØòóôõöŌōŎŏŐőƠơỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợø",
    "r": "ŔŕŖŗŘř",
    "s": "ŚśŜŝŞşŠšſȘș",
    "t": "ŢţŤťŦȚțŧ",
    "u": "ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲųƯưỤụỦủỨứỪừỬửỮữỰự",
    "w": "Ŵŵ",
    "y": "ÝýÿŶŷŸỲỳỴỵỶỷỸỹ",
    "z": "ŹźŻżŽž",
}
FOLDED = [(letter, plain) for plain, letters in LETTERS.items() for letter in letters]

TABLE = """
CREATE TABLE policy_search (
  id {id} PRIMARY KEY, name {text} NOT NULL,
  code_id {id}, line_id {id} NOT NULL, carrier_id {id} NOT NULL, account_id {id} NOT NULL,
  status {text} NOT NULL, effective DATE NOT NULL, expiration DATE NOT NULL, premium {id} NOT NULL,
  number {text} NOT NULL, words {text} NOT NULL, keys {text} NOT NULL
)"""
INDEXES = {
    "ix_policy_search_name": "name, id, code_id, line_id",
    "ix_policy_search_book": "code_id, name, id",
    "ix_policy_search_line": "line_id, effective",
    "ix_policy_search_effective": "effective, id, code_id, line_id",
    "ix_policy_search_expiration": "expiration, id",
    "ix_policy_search_number": "number, id, name",
    "ix_policy_search_premium": "premium, id",
    "ix_policy_search_status": "status, id",
    "ix_policy_search_account": "account_id",
    "ix_policy_search_carrier": "carrier_id",
}
# The order by name comes from policy_search; on policy itself they would only cost.
SUPERSEDED = (
    "ix_policy_name",
    "ix_policy_book_name",
    "ix_policy_line_name",
    "ix_policy_effective",
    "ix_policy_book_effective",
    "ix_policy_line_effective",
    "ix_policy_expiration",
)
PLAIN = ("producer_code_id", "line_id", "carrier_id", "account_id", "status", "effective", "expiration", "premium")
TEXTS = ("insured_name", "number_key", "vins", "streets")
# What policy_search must hold, row by row: the triggers copy from it, a rebuild copies it whole, a test compares.
SOURCE = """
CREATE VIEW policy_search_source AS
SELECT id, substr(words, 1, length(insured_name)) AS name,
  producer_code_id AS code_id, line_id, carrier_id, account_id, status, effective, expiration, premium,
  substr(keys, 1, length(number_key)) AS number, words, keys
FROM (
  SELECT id, producer_code_id, line_id, carrier_id, account_id, status, effective, expiration, premium,
    insured_name, number_key, {words} AS words, {keys} AS keys
  FROM policy) AS folded"""
WORDS = "policy.insured_name || {newline} || policy.streets"
KEYS = "policy.number_key || {newline} || policy.vins"


def upgrade() -> None:
    for index in SUPERSEDED:
        op.execute(f"DROP INDEX IF EXISTS {index}")
    op.execute("CREATE INDEX IF NOT EXISTS ix_policy_book ON policy (producer_code_id)")
    # Every answer says how old it is.
    op.execute("CREATE INDEX ix_policy_search_as_of ON feed_file (kind, feed, exported_at)")
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _table(whole: str, text: str) -> None:
    op.execute(TABLE.format(id=whole, text=text))
    op.execute("INSERT INTO policy_search SELECT * FROM policy_search_source")
    for name, columns in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON policy_search ({columns})")


def _changed(columns: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"old.{column} {differs} new.{column}" for column in columns)


# A text of ASCII alone, which has as many characters as bytes, is folded by lower(); any other one letter by letter.
SQLITE_FOLD = """
CASE WHEN length({0}) = length(CAST({0} AS BLOB)) THEN lower({0}) ELSE (
  WITH RECURSIVE
    present(letter, plain, position) AS (
      SELECT letter, plain, row_number() OVER () FROM policy_search_letter WHERE instr({0}, letter)),
    step(position, folded) AS (
      SELECT 0, lower({0})
      UNION ALL
      SELECT present.position, replace(step.folded, present.letter, present.plain)
      FROM step JOIN present ON present.position = step.position + 1)
  SELECT folded FROM step ORDER BY position DESC LIMIT 1) END"""


def _sqlite() -> None:
    _probe()
    op.execute("CREATE TABLE policy_search_bulk (open INTEGER PRIMARY KEY)")
    op.execute("CREATE TABLE policy_search_letter (letter TEXT PRIMARY KEY, plain TEXT NOT NULL) WITHOUT ROWID")
    letters = sa.table("policy_search_letter", sa.column("letter"), sa.column("plain"))
    op.bulk_insert(letters, [{"letter": letter, "plain": plain} for letter, plain in FOLDED])
    words, keys = WORDS.format(newline="char(10)"), KEYS.format(newline="char(10)")
    op.execute(SOURCE.format(words=SQLITE_FOLD.format(f"({words})"), keys=SQLITE_FOLD.format(f"({keys})")))
    _table("INTEGER", "TEXT")
    op.execute(
        "CREATE VIRTUAL TABLE policy_fts USING fts5(words, keys, content='policy_search', content_rowid='id',"
        " tokenize='trigram case_sensitive 1', columnsize=0)"
    )
    op.execute("INSERT INTO policy_fts(policy_fts) VALUES ('rebuild')")
    for trigger in SQLITE_TRIGGERS:
        op.execute(f"CREATE TRIGGER {trigger}")


ENTER = "INSERT INTO policy_fts(rowid, words, keys) VALUES (new.id, new.words, new.keys);"
LEAVE = "INSERT INTO policy_fts(policy_fts, rowid, words, keys) VALUES ('delete', old.id, old.words, old.keys);"
SET = "code_id = new.producer_code_id, " + ", ".join(f"{column} = new.{column}" for column in PLAIN[1:])
ROW = "new.id, {name}, new.producer_code_id, " + ", ".join(f"new.{column}" for column in PLAIN[1:])
# While this holds no row, each policy is indexed as it is written; a bulk of new ones is indexed at its end.
EACH = "NOT EXISTS (SELECT 1 FROM policy_search_bulk)"
ASCII = "length({0}) = length(CAST({0} AS BLOB))".format(" || ".join(f"new.{column}" for column in TEXTS))
SQLITE_TRIGGERS = (
    f"""policy_search_insert AFTER INSERT ON policy WHEN {EACH} AND {ASCII} BEGIN
      INSERT INTO policy_search VALUES ({ROW.format(name="lower(new.insured_name)")}, lower(new.number_key),
        lower(new.insured_name || char(10) || new.streets), lower(new.number_key || char(10) || new.vins)); END""",
    f"""policy_search_insert_folded AFTER INSERT ON policy WHEN {EACH} AND NOT {ASCII} BEGIN
      INSERT INTO policy_search SELECT * FROM policy_search_source WHERE id = new.id; END""",
    f"""policy_search_update AFTER UPDATE OF {", ".join(PLAIN)} ON policy WHEN {_changed(PLAIN, "IS NOT")} BEGIN
      UPDATE policy_search SET {SET} WHERE id = new.id; END""",
    f"""policy_search_rewrite AFTER UPDATE OF {", ".join(TEXTS)} ON policy WHEN {_changed(TEXTS, "IS NOT")} BEGIN
      UPDATE policy_search SET (name, number, words, keys) =
        (SELECT name, number, words, keys FROM policy_search_source WHERE id = new.id) WHERE id = new.id; END""",
    "policy_search_delete AFTER DELETE ON policy BEGIN DELETE FROM policy_search WHERE id = old.id; END",
    f"policy_fts_insert AFTER INSERT ON policy_search WHEN {EACH} BEGIN {ENTER} END",
    f"policy_fts_update AFTER UPDATE OF words, keys ON policy_search BEGIN {LEAVE} {ENTER} END",
    f"policy_fts_delete AFTER DELETE ON policy_search BEGIN {LEAVE} END",
)


def _probe() -> None:
    """Raises RuntimeError with a line for the operator where this SQLite cannot search."""
    try:
        op.execute("CREATE VIRTUAL TABLE temp.policy_search_probe USING fts5(probe, tokenize='trigram')")
    except sa.exc.OperationalError as error:
        raise RuntimeError(
            f"The SQLite of this Python ({sqlite3.sqlite_version}) has no full-text search by trigrams"
            " (FTS5, from 3.34 on). Use a Python with a newer SQLite, or PostgreSQL by PORTAL_DATABASE_URL."
        ) from error
    op.execute("DROP TABLE temp.policy_search_probe")


def _postgresql() -> None:
    letters = "".join(letter for letter, _ in FOLDED).replace("'", "''")
    plains = "".join(plain for _, plain in FOLDED).replace("'", "''")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        "CREATE FUNCTION policy_search_fold(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
        f""" RETURN translate(lower(t COLLATE "C"), '{letters}', '{plains}')"""
    )
    newline = "chr(10)"
    words, keys = WORDS.format(newline=newline), KEYS.format(newline=newline)
    op.execute(SOURCE.format(words=f"policy_search_fold({words})", keys=f"policy_search_fold({keys})"))
    _table("bigint", 'text COLLATE "C"')
    op.execute("CREATE INDEX ix_policy_search_words ON policy_search USING gin (words gin_trgm_ops)")
    op.execute("CREATE INDEX ix_policy_search_keys ON policy_search USING gin (keys gin_trgm_ops)")
    for statement in POSTGRESQL_TRIGGERS:
        op.execute(statement)


ALL = PLAIN + TEXTS
COPIED = "code_id, line_id, carrier_id, account_id, status, effective, expiration, premium, name, number, words, keys"
POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION policy_search_enter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO policy_search SELECT * FROM policy_search_source WHERE id IN (SELECT id FROM entered);
      RETURN NULL; END $$""",
    """CREATE TRIGGER policy_search_insert AFTER INSERT ON policy REFERENCING NEW TABLE AS entered
      FOR EACH STATEMENT EXECUTE FUNCTION policy_search_enter()""",
    f"""CREATE FUNCTION policy_search_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE policy_search SET ({COPIED}) =
        (SELECT {COPIED} FROM policy_search_source WHERE id = new.id) WHERE id = new.id;
      RETURN NULL; END $$""",
    f"""CREATE TRIGGER policy_search_update AFTER UPDATE OF {", ".join(ALL)} ON policy FOR EACH ROW
      WHEN ({_changed(ALL, "IS DISTINCT FROM")}) EXECUTE FUNCTION policy_search_change()""",
    """CREATE FUNCTION policy_search_leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      DELETE FROM policy_search WHERE id = old.id;
      RETURN NULL; END $$""",
    """CREATE TRIGGER policy_search_delete AFTER DELETE ON policy FOR EACH ROW
      EXECUTE FUNCTION policy_search_leave()""",
)
