package io.walbeam.doctor;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.doctor.SourceFacts.Access;
import io.walbeam.doctor.SourceFacts.Blocker;
import io.walbeam.doctor.SourceFacts.Columns;
import io.walbeam.doctor.SourceFacts.Publication;
import io.walbeam.doctor.SourceFacts.Role;
import io.walbeam.doctor.SourceFacts.Server;
import io.walbeam.doctor.SourceFacts.Setting;
import io.walbeam.doctor.SourceFacts.Slot;
import io.walbeam.doctor.SourceFacts.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A server with which everything is fine, and ways to spoil it. */
final class Facts {
  Server server =
      new Server(
          180_001,
          "18.1",
          "shop",
          false,
          true,
          false,
          false,
          Optional.of(300L),
          Provider.SELF_MANAGED);
  Role role = new Role("walbeam", false, true, false, List.of(), true);
  final Map<String, Setting> settings =
      new TreeMap<>(
          Map.of(
              "wal_level", new Setting("logical", false),
              "max_replication_slots", new Setting("10", false),
              "max_wal_senders", new Setting("10", false),
              "max_slot_wal_keep_size", new Setting("50GB", false)));
  final List<Slot> slots = new ArrayList<>();
  int senders = 1;
  double rate = 1000;
  final List<Blocker> blockers = new ArrayList<>();
  final List<Publication> publications = new ArrayList<>();
  final List<Table> tables = new ArrayList<>(List.of(table("public", "orders")));
  TablePatterns patterns = TablePatterns.ALL;
  boolean joining = true;

  /** Columns of text. */
  static Columns columns(List<String> names, int wide, int generated) {
    return new Columns(
        names.stream().map(name -> new RelationColumn(name, 25, -1, false)).toList(),
        wide,
        generated);
  }

  static Table table(String schema, String name) {
    return new Table(
        new TableId(schema, name),
        'r',
        'p',
        new SourceFacts.Key('d', true, false, List.of("id")),
        columns(List.of("id", "note"), 0, 0),
        new Access(true, true, true, false, List.of()),
        List.of(),
        false);
  }

  /** Of the plugin and database that are wanted. */
  static Slot slot(boolean active, long retained, Optional<Long> safe) {
    return new Slot("walbeam", "pgoutput", "shop", active, "reserved", "", retained, safe);
  }

  SourceFacts facts() {
    return new SourceFacts(
        server, role, settings, slots, senders, rate, blockers, publications, tables);
  }

  Plan plan() {
    return new Plan("walbeam", "walbeam", patterns, joining);
  }
}
