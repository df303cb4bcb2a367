package io.walbeam.scenario;

import static io.walbeam.scenario.SchemaCase.plain;
import static io.walbeam.scenario.SchemaCase.typed;

import java.util.List;
import java.util.stream.IntStream;

/** What is done to tables, by kind. */
final class SchemaCases {
  private SchemaCases() {}

  /** Columns come, go and change their names. */
  static List<SchemaCase> columns() {
    return List.of(
        plain("added", "ALTER TABLE $t ADD COLUMN c int")
            .after("INSERT INTO $t VALUES (4, 'a4', 'b4', 4)", "UPDATE $t SET c = 1 WHERE id = 1")
            .dumped(1),
        plain("added_constant", "ALTER TABLE $t ADD COLUMN c int NOT NULL DEFAULT 7").dumped(2),
        plain("added_volatile", "ALTER TABLE $t ADD COLUMN c float8 DEFAULT random()"),
        plain("added_serial", "ALTER TABLE $t ADD COLUMN c serial"),
        plain("added_identity", "ALTER TABLE $t ADD COLUMN c int GENERATED ALWAYS AS IDENTITY"),
        plain("renamed", "ALTER TABLE $t RENAME COLUMN a TO c").dumped(2),
        plain(
            "swapped",
            "ALTER TABLE $t RENAME COLUMN a TO x",
            "ALTER TABLE $t RENAME COLUMN b TO a",
            "ALTER TABLE $t RENAME COLUMN x TO b"),
        plain(
            "chained",
            "ALTER TABLE $t RENAME COLUMN b TO c",
            "ALTER TABLE $t RENAME COLUMN a TO b"),
        plain("dropped", "ALTER TABLE $t DROP COLUMN a").dumped(1),
        plain(
            "dropped_and_added",
            "ALTER TABLE $t DROP COLUMN b",
            "ALTER TABLE $t ADD COLUMN b text"),
        plain(
            "dropped_and_added_later",
            "ALTER TABLE $t DROP COLUMN b",
            "SELECT 'noticed'",
            "ALTER TABLE $t ADD COLUMN b text"),
        plain(
                "dropped_and_added_as_int",
                "ALTER TABLE $t DROP COLUMN b",
                "ALTER TABLE $t ADD COLUMN b int DEFAULT 5")
            .column("b", "b__int64"),
        SchemaCase.of("capital")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, \"A\" text, a text)",
                "INSERT INTO $t VALUES (1, 'A1', 'a1'), (2, 'A2', 'a2'), (3, 'A3', 'a3')")
            .change("ALTER TABLE $t DROP COLUMN \"A\"")
            .after("INSERT INTO $t VALUES (4, 'a4')", "UPDATE $t SET a = 'new' WHERE id = 1")
            .column("a", "a_e8b7be43"),
        SchemaCase.of("punctuated")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, \"x y\" text, \"x-y\" text)",
                "INSERT INTO $t VALUES (1, 'y1', '-1'), (2, 'y2', '-2'), (3, 'y3', '-3')")
            .change("ALTER TABLE $t DROP COLUMN \"x y\"")
            .after("INSERT INTO $t VALUES (4, '-4')", "UPDATE $t SET \"x-y\" = 'n' WHERE id = 1")
            .column("x-y", "x_y_ac50738d"),
        plain(
                "key_remade",
                "ALTER TABLE $t DROP COLUMN id",
                "ALTER TABLE $t ADD COLUMN id serial PRIMARY KEY")
            .after("INSERT INTO $t (a) VALUES ('a4')", "DELETE FROM $t WHERE id = 2"),
        SchemaCase.of("inheriting")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a text)",
                "CREATE TABLE $t_child (id int PRIMARY KEY, a text, x int)",
                "INSERT INTO $t VALUES (1, 'a1'), (2, 'a2')",
                "INSERT INTO $t_child VALUES (1, 'a1', 1), (2, 'a2', 2)")
            .change(
                "ALTER TABLE $t_child INHERIT $t",
                "ALTER TABLE $t ADD COLUMN c int DEFAULT 3",
                "ALTER TABLE $t RENAME COLUMN a TO b")
            .after(
                "INSERT INTO $t (id) VALUES (3)",
                "UPDATE $t SET b = b || '!' WHERE id = 1",
                "DELETE FROM $t WHERE id = 2",
                "INSERT INTO $t_child (id) VALUES (3)")
            .comparing("$t", "$t_child"));
  }

  /** Types of columns change, and what the types themselves hold. */
  static List<SchemaCase> types() {
    return List.of(
        typed("shifted", "int", List.of("1", "2"), "ALTER TABLE $t ALTER v TYPE int USING v + 100"),
        typed(
                "text_to_int",
                "text",
                List.of("1", "2"),
                "ALTER TABLE $t ALTER v TYPE int USING v::int")
            .after("INSERT INTO $t VALUES (100, 7)")
            .column("v", "v__int64"),
        typed("int_to_text", "int", List.of("1", "2"), "ALTER TABLE $t ALTER v TYPE text")
            .after("INSERT INTO $t VALUES (100, 'word')")
            .column("v", "v__string"),
        SchemaCase.of("swapped_types")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a int, b text)",
                "INSERT INTO $t VALUES (1, 1, 'b1'), (2, 2, 'b2')")
            .change(
                "ALTER TABLE $t RENAME COLUMN a TO x",
                "ALTER TABLE $t RENAME COLUMN b TO a",
                "ALTER TABLE $t RENAME COLUMN x TO b")
            .after("INSERT INTO $t (id, a, b) VALUES (4, 'a4', 4)", "UPDATE $t SET b = 9")
            // A STRING column holds every number.
            .column("a", "a__string"),
        SchemaCase.of("place_taken")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, v int, v__string text)",
                "INSERT INTO $t VALUES (1, 1, 'one'), (2, 2, 'two')")
            .change("ALTER TABLE $t ALTER v TYPE text")
            .after("INSERT INTO $t VALUES (3, 'word', 'three')")
            .column("v", "v__string__string"),
        SchemaCase.of("domain_changed")
            .setup(
                "CREATE DOMAIN $t_d AS int DEFAULT 5",
                "CREATE TABLE $t (id int PRIMARY KEY, v int)",
                "INSERT INTO $t VALUES (1, 1), (2, 2)")
            .change(
                "ALTER TABLE $t ALTER v TYPE $t_d",
                "ALTER TABLE $t ADD COLUMN w $t_d",
                "ALTER DOMAIN $t_d SET DEFAULT 6",
                "ALTER DOMAIN $t_d ADD CHECK (VALUE > 0)",
                "ALTER TABLE $t ADD COLUMN x $t_d",
                "ALTER DOMAIN $t_d RENAME TO $t_e")
            .after("INSERT INTO $t (id) VALUES (3)"),
        typed(
                "to_text_and_back",
                "int",
                List.of("1", "2"),
                "ALTER TABLE $t ALTER v TYPE text USING v::text || '0'",
                "ALTER TABLE $t ALTER v TYPE int USING v::int")
            .after("INSERT INTO $t VALUES (100, 7)"),
        typed(
                "numeric_wider",
                "numeric(10,2)",
                List.of("1.25", "2.5"),
                "ALTER TABLE $t ALTER v TYPE numeric(50,20)")
            .after("INSERT INTO $t VALUES (100, 0.12345678901234567890)")
            .column("v", "v__bignumeric"),
        typed(
            "numeric_narrower",
            "numeric(10,4)",
            List.of("1.2345", "2.5678"),
            "ALTER TABLE $t ALTER v TYPE numeric(10,1)"),
        typed(
                "timestamp_to_timestamptz",
                "timestamp",
                List.of("2020-01-01 10:00:00"),
                "ALTER TABLE $t ALTER v TYPE timestamptz USING v AT TIME ZONE 'UTC'")
            .after("INSERT INTO $t VALUES (100, '2021-01-01 00:00:00+00')")
            .column("v", "v__timestamp"),
        typed("bigint_to_int", "bigint", List.of("1", "2"), "ALTER TABLE $t ALTER v TYPE int"),
        typed(
                "varchar_to_text",
                "varchar(10)",
                List.of("a", "b"),
                "ALTER TABLE $t ALTER v TYPE text")
            .dumped(1),
        SchemaCase.of("enum_renamed")
            .setup(
                "CREATE TYPE $t_mood AS ENUM ('good', 'bad')",
                "CREATE TABLE $t (id int PRIMARY KEY, v $t_mood, vs $t_mood[])",
                "INSERT INTO $t VALUES (1, 'good', '{good}'), (2, 'bad', '{good,bad}')")
            .change(
                "ALTER TYPE $t_mood RENAME VALUE 'good' TO 'fine'",
                "ALTER TYPE $t_mood ADD VALUE 'middling'")
            .after("INSERT INTO $t VALUES (3, 'fine', '{}')"),
        SchemaCase.of("enum_key_renamed")
            .setup(
                "CREATE TYPE $t_mood AS ENUM ('good', 'bad', 'ugly')",
                "CREATE TABLE $t (id $t_mood PRIMARY KEY, v int)",
                "INSERT INTO $t VALUES ('good', 1), ('bad', 2), ('ugly', 3)")
            .change("ALTER TYPE $t_mood RENAME VALUE 'good' TO 'fine'")
            .after("DELETE FROM $t WHERE id = 'fine'", "UPDATE $t SET v = 9 WHERE id = 'bad'"),
        SchemaCase.of("enum_in_range_renamed")
            .setup(
                "CREATE TYPE $t_grade AS ENUM ('low', 'mid', 'high')",
                "CREATE TYPE $t_grades AS RANGE (subtype = $t_grade)",
                "CREATE TABLE $t (id int PRIMARY KEY, v $t_grades)",
                "INSERT INTO $t VALUES (1, '[low,high]'), (2, '(,mid)')")
            .change("ALTER TYPE $t_grade RENAME VALUE 'low' TO 'poor'")
            .after("INSERT INTO $t VALUES (3, '[poor,poor]')"),
        SchemaCase.of("enum_extended")
            .setup(
                "CREATE TYPE $t_mood AS ENUM ('good', 'bad')",
                "CREATE TABLE $t (id int PRIMARY KEY, v $t_mood)",
                "INSERT INTO $t VALUES (1, 'good'), (2, 'bad')")
            .change("ALTER TYPE $t_mood ADD VALUE 'middling'")
            .after("INSERT INTO $t VALUES (3, 'middling')")
            .dumped(1),
        SchemaCase.of("composite_extended")
            .setup(
                "CREATE TYPE $t_pair AS (x int, y text)",
                "CREATE TABLE $t (id int PRIMARY KEY, v $t_pair)",
                "INSERT INTO $t VALUES (1, '(1,a)'), (2, '(2,b)')")
            .change("ALTER TYPE $t_pair ADD ATTRIBUTE z int")
            .after("INSERT INTO $t VALUES (3, '(3,c,3)')"),
        SchemaCase.of("attributes_changed")
            .setup(
                "CREATE TYPE $t_pair AS (x int, y text, z int)",
                "CREATE TABLE $t (id int PRIMARY KEY, v $t_pair, vs $t_pair[])",
                "INSERT INTO $t VALUES (1, '(1,a,1)', '{\"(1,a,1)\"}'), (2, '(2,b,2)', NULL)")
            .change(
                "ALTER TYPE $t_pair RENAME ATTRIBUTE x TO w", "ALTER TYPE $t_pair DROP ATTRIBUTE y")
            .after("INSERT INTO $t VALUES (3, '(3,3)', '{}')"));
  }

  /** One table takes the place of another, or leaves and comes back. */
  static List<SchemaCase> places() {
    return List.of(
        plain("recreated", "DROP TABLE $t", "CREATE TABLE $t (id int PRIMARY KEY, a text, b text)")
            .after("INSERT INTO $t VALUES (3, 'new', 'new'), (5, 'a5', 'b5')"),
        plain("recreated_otherwise", "DROP TABLE $t", "CREATE TABLE $t (id int PRIMARY KEY, c int)")
            .after("INSERT INTO $t VALUES (3, 30)"),
        plain(
                "rotated",
                "ALTER TABLE $t RENAME TO $t_old",
                "ALTER INDEX $t_pkey RENAME TO $t_old_pkey",
                "CREATE TABLE $t (id int PRIMARY KEY, a text, b text)")
            .after("INSERT INTO $t VALUES (3, 'new', 'new'), (5, 'a5', 'b5')")
            .comparing("$t", "$t_old"),
        SchemaCase.of("blue_green")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a text)",
                "INSERT INTO $t VALUES (1, 'blue'), (2, 'blue')",
                "CREATE TABLE $t_new (id int PRIMARY KEY, a text)",
                "INSERT INTO $t_new VALUES (2, 'green'), (3, 'green')")
            .change(
                "BEGIN; ALTER TABLE $t RENAME TO $t_x; ALTER TABLE $t_new RENAME TO $t;"
                    + " ALTER TABLE $t_x RENAME TO $t_new; COMMIT")
            .after("INSERT INTO $t VALUES (4, 'green')", "DELETE FROM $t_new WHERE id = 1")
            .comparing("$t", "$t_new"),
        plain(
                "moved",
                "CREATE SCHEMA $t_s",
                "ALTER TABLE $t SET SCHEMA $t_s",
                "CREATE TABLE $t (id int PRIMARY KEY, a text, b text)")
            .after("INSERT INTO $t VALUES (9, 'new', 'new')"),
        plain(
                "left_and_joined",
                "ALTER PUBLICATION $p DROP TABLE $t",
                "UPDATE $t SET a = 'unseen' WHERE id = 3",
                "DELETE FROM $t WHERE id = 1",
                "ALTER PUBLICATION $p ADD TABLE $t")
            .dumped(2),
        SchemaCase.of("attached")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a text, b int) PARTITION BY RANGE (id)",
                "CREATE TABLE $t_1 PARTITION OF $t FOR VALUES FROM (0) TO (10)",
                "INSERT INTO $t VALUES (1, 'a1', 1)")
            .change(
                "CREATE TABLE $t_2 (b int, a text, id int PRIMARY KEY)",
                "INSERT INTO $t_2 VALUES (12, 'a12', 12), (13, 'a13', 13)",
                "ALTER TABLE $t ATTACH PARTITION $t_2 FOR VALUES FROM (10) TO (20)")
            .after("INSERT INTO $t VALUES (14, 'a14', 14)", "UPDATE $t SET b = 5 WHERE id = 13"),
        SchemaCase.of("reattached")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a text) PARTITION BY RANGE (id)",
                "CREATE TABLE $t_1 PARTITION OF $t FOR VALUES FROM (0) TO (10)",
                "INSERT INTO $t VALUES (1, 'a1'), (2, 'a2')")
            .change(
                "ALTER TABLE $t DETACH PARTITION $t_1",
                "UPDATE $t_1 SET a = 'unseen' WHERE id = 1",
                "DELETE FROM $t_1 WHERE id = 2",
                "ALTER TABLE $t ATTACH PARTITION $t_1 FOR VALUES FROM (0) TO (10)")
            .after("INSERT INTO $t VALUES (3, 'a3')"),
        SchemaCase.of("partitioned")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a int) PARTITION BY RANGE (id)",
                "CREATE TABLE $t_1 PARTITION OF $t FOR VALUES FROM (0) TO (100)",
                "INSERT INTO $t VALUES (1, 1), (2, 2)")
            .change(
                "ALTER TABLE $t ALTER a TYPE int USING a + 100",
                "ALTER TABLE $t ADD COLUMN c int DEFAULT 3")
            .after("INSERT INTO $t VALUES (3, 3, 3)", "DELETE FROM $t WHERE id = 2"),
        SchemaCase.of("partitioned_default")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a int) PARTITION BY RANGE (id)",
                "CREATE TABLE $t_1 PARTITION OF $t FOR VALUES FROM (0) TO (100)",
                "INSERT INTO $t VALUES (1, 1), (2, 2)")
            .change("ALTER TABLE $t ADD COLUMN c int DEFAULT 3"));
  }

  /** What must not ask for a dump, however often it is done. */
  static List<SchemaCase> harmless() {
    return List.of(
        plain("vacuumed", "VACUUM FULL $t").dumped(1),
        plain("granted", "GRANT SELECT (a) ON $t TO PUBLIC", "GRANT SELECT ON $t TO PUBLIC")
            .dumped(1),
        plain(
                "analyzed",
                "ALTER TABLE $t ALTER a SET STATISTICS 500",
                "ANALYZE $t",
                "ALTER TABLE $t ALTER b SET DEFAULT 'x'",
                "CREATE INDEX ON $t (a)")
            .dumped(1),
        plain("clustered", "CLUSTER $t USING $t_pkey", "TRUNCATE $t").dumped(1),
        SchemaCase.of("inherited")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a text)",
                "CREATE TABLE $t_child (id int PRIMARY KEY, a text)",
                "INSERT INTO $t VALUES (1, 'a1')",
                "INSERT INTO $t_child VALUES (1, 'a1'), (2, 'a2')")
            .change(
                "ALTER TABLE $t_child INHERIT $t",
                "UPDATE $t SET a = 'both'",
                "ALTER TABLE $t_child NO INHERIT $t")
            .after("UPDATE $t SET a = 'one'", "DELETE FROM $t_child WHERE id = 1")
            .comparing("$t", "$t_child")
            .dumped(1),
        SchemaCase.of("followed__2")
            .setup("CREATE TABLE $t (id int PRIMARY KEY, a text)", "INSERT INTO $t VALUES (1, 'x')")
            .after("INSERT INTO $t VALUES (2, 'y')")
            .dumped(1),
        SchemaCase.of("restless")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, v int)",
                "INSERT INTO $t VALUES (1, 1), (2, 2)")
            .change(
                IntStream.range(0, 100)
                    .mapToObj(i -> "ALTER TABLE $t ADD COLUMN c" + i + " int DEFAULT " + i)
                    .toArray(String[]::new))
            .after("INSERT INTO $t (id) VALUES (3)")
            .dumped(2));
  }

  /** What is changed back before anybody looks: only rows of the time between tell of it. */
  static List<SchemaCase> moments() {
    return List.of(
        plain(
                "other_column",
                "ALTER TABLE $t RENAME COLUMN a TO x",
                "INSERT INTO $t VALUES (7, 'between', 'b7')",
                "ALTER TABLE $t RENAME COLUMN x TO a")
            .dumped(2),
        plain(
                "other_name",
                "ALTER TABLE $t RENAME TO $t_x",
                "INSERT INTO $t_x VALUES (7, 'between', 'b7')",
                "UPDATE $t_x SET a = 'moved' WHERE id = 3",
                "ALTER TABLE $t_x RENAME TO $t")
            .dumped(2),
        plain(
                "other_key",
                "ALTER TABLE $t DROP CONSTRAINT $t_pkey, ADD PRIMARY KEY (id, a)",
                "INSERT INTO $t VALUES (7, 'between', 'b7')",
                "DELETE FROM $t WHERE id = 3",
                "ALTER TABLE $t DROP CONSTRAINT $t_pkey, ADD PRIMARY KEY (id)")
            .after("INSERT INTO $t VALUES (4, 'a4', 'b4')", "DELETE FROM $t WHERE id = 2")
            .dumped(2),
        plain(
                "no_key",
                "ALTER TABLE $t DROP CONSTRAINT $t_pkey",
                "INSERT INTO $t VALUES (7, 'between', 'b7')",
                "ALTER TABLE $t ADD PRIMARY KEY (id)")
            .dumped(2),
        typed(
                "other_type",
                "timestamp",
                List.of("2020-01-01 10:00:00"),
                // In this zone nothing is rewritten.
                "SET TIME ZONE 'UTC'; ALTER TABLE $t ALTER v TYPE timestamptz;"
                    + " INSERT INTO $t VALUES (7, '2021-01-01 00:00:00+00');"
                    + " ALTER TABLE $t ALTER v TYPE timestamp")
            .dumped(2));
  }

  /** Keys change. */
  static List<SchemaCase> keys() {
    return List.of(
        plain(
                "key_widened",
                "ALTER TABLE $t DROP CONSTRAINT $t_pkey",
                "ALTER TABLE $t ADD PRIMARY KEY (id, a)")
            .after(
                "INSERT INTO $t VALUES (1, 'other', 'b'), (4, 'a4', 'b4')",
                "DELETE FROM $t WHERE id = 2")
            .copiedTo("public_$t__2"),
        plain("key_renamed", "ALTER TABLE $t RENAME COLUMN id TO ident")
            .after("INSERT INTO $t (ident) VALUES (4)", "DELETE FROM $t WHERE ident = 2")
            .copiedTo("public_$t__2"),
        plain("key_retyped", "ALTER TABLE $t ALTER id TYPE text USING 'k' || id")
            .after("INSERT INTO $t (id) VALUES ('k4')", "DELETE FROM $t WHERE id = 'k2'")
            .copiedTo("public_$t__2"),
        plain("key_longer", "ALTER TABLE $t ALTER id TYPE bigint"),
        // The name that would follow is that of another table's copy.
        plain(
                "followed",
                "ALTER TABLE $t DROP CONSTRAINT $t_pkey",
                "ALTER TABLE $t ADD PRIMARY KEY (id, a)")
            .after("INSERT INTO $t VALUES (1, 'other', 'b')", "DELETE FROM $t WHERE id = 2")
            .copiedTo("public_$t__3"),
        plain(
                "key_by_index",
                "ALTER TABLE $t ALTER a SET NOT NULL",
                "CREATE UNIQUE INDEX $t_a ON $t (a)",
                "ALTER TABLE $t REPLICA IDENTITY USING INDEX $t_a")
            .after("INSERT INTO $t VALUES (4, 'a4', 'b4')", "DELETE FROM $t WHERE id = 2")
            .copiedTo("public_$t__2"),
        SchemaCase.of("key_added")
            .setup("CREATE TABLE $t (id int, a text)", "INSERT INTO $t VALUES (1, 'a1'), (2, 'a2')")
            .change("ALTER TABLE $t ADD PRIMARY KEY (id)")
            .after("INSERT INTO $t VALUES (3, 'a3')"),
        SchemaCase.of("full_key_added")
            .setup(
                "CREATE TABLE $t (id int, a text)",
                "ALTER TABLE $t REPLICA IDENTITY FULL",
                "INSERT INTO $t VALUES (1, 'a1'), (2, 'a2')")
            .change("ALTER TABLE $t ADD PRIMARY KEY (id)")
            .after("INSERT INTO $t VALUES (3, 'a3')", "DELETE FROM $t WHERE id = 1"),
        SchemaCase.of("full_key_renamed")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a text)",
                "ALTER TABLE $t REPLICA IDENTITY FULL",
                "INSERT INTO $t VALUES (1, 'a1'), (2, 'a2'), (3, 'a3')")
            .change(
                "UPDATE $t SET a = 'before' WHERE id = 3",
                "ALTER TABLE $t RENAME COLUMN id TO ident")
            .after(
                "UPDATE $t SET a = 'later' WHERE ident = 1",
                "INSERT INTO $t VALUES (4, 'a4')",
                "DELETE FROM $t WHERE ident = 2")
            .copiedTo("public_$t__2"),
        SchemaCase.of("full_key_widened")
            .setup(
                "CREATE TABLE $t (id int PRIMARY KEY, a text NOT NULL)",
                "ALTER TABLE $t REPLICA IDENTITY FULL",
                "INSERT INTO $t VALUES (1, 'a1'), (2, 'a2')")
            .change("ALTER TABLE $t DROP CONSTRAINT $t_pkey, ADD PRIMARY KEY (id, a)")
            .after("INSERT INTO $t VALUES (1, 'other')", "DELETE FROM $t WHERE id = 2")
            .copiedTo("public_$t__2"),
        plain(
            "without_identity",
            "ALTER TABLE $t REPLICA IDENTITY NOTHING",
            "INSERT INTO $t VALUES (7, 'a7', 'b7')",
            "ALTER TABLE $t REPLICA IDENTITY DEFAULT"));
  }
}
