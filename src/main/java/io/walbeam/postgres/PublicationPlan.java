package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.PublishableTable.Fit;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What brings the publications of a slot to what they should hold, for a person who makes them
 * before the first run. Immutable.
 *
 * @param tables what is published then, without partitions
 * @param statements in their order, without semicolons; none if everything is as it should be
 * @param foreign whether the publication is somebody else's, so that it is not altered
 */
public record PublicationPlan(List<TableId> tables, List<String> statements, boolean foreign) {
  public PublicationPlan {
    tables = List.copyOf(tables);
    statements = List.copyOf(statements);
  }

  /**
   * Reads the catalogue; changes nothing.
   *
   * @param wanted which tables are published; if it names none, those that the role may publish
   * @param full which tables will have REPLICA IDENTITY FULL by then
   */
  public static PublicationPlan of(
      Connection connection, String name, TablePatterns wanted, Optional<TablePatterns> full)
      throws SQLException {
    String inserts = Publications.inserts(name);
    boolean exists = Publications.exists(connection, name);
    boolean ours =
        Publications.isOurs(connection, name) && Publications.isOurs(connection, inserts);
    if (exists && !ours) {
      List<TableId> held =
          PublishedTables.names(connection, name).stream().filter(wanted::matches).toList();
      return new PublicationPlan(held, List.of(), true);
    }
    List<PublishableTable> chosen =
        PublishableTables.read(connection, name, inserts).stream()
            .filter(found -> wanted.isAll() ? found.mine() : wanted.matches(found.table()))
            .map(found -> full.isPresent() ? withFull(found, full.get()) : found)
            .toList();
    List<TableId> tables = chosen.stream().map(PublishableTable::table).toList();
    if (!exists) {
      return new PublicationPlan(
          tables, PublicationStatements.creation(connection, name, chosen), /* foreign= */ false);
    }
    List<String> statements = new ArrayList<>();
    for (PublishableTable found : chosen) {
      if (found.plain() && !found.placed()) {
        statements.addAll(PublicationStatements.move(name, found, found.wanted()));
      }
    }
    return new PublicationPlan(tables, statements, /* foreign= */ false);
  }

  /** A partitioned table without a key may get a partition without identity at any time. */
  private static PublishableTable withFull(PublishableTable found, TablePatterns full) {
    if (!full.matches(found.table())
        || found.fit() == Fit.CHANGES
        || (found.partitioned() && found.fit() == Fit.INSERTS)) {
      return found;
    }
    return new PublishableTable(
        found.table(),
        found.mine(),
        found.partitioned(),
        Fit.CHANGES,
        found.places(),
        found.plain(),
        "");
  }

  /** Statements that drop walbeam's own publications of that name; none of somebody else. */
  public static List<String> removal(Connection connection, String name) throws SQLException {
    List<String> statements = new ArrayList<>();
    for (String publication : List.of(name, Publications.inserts(name))) {
      if (Publications.isOurs(connection, publication)) {
        statements.add("DROP PUBLICATION " + TableId.quote(publication));
      }
    }
    return statements;
  }
}
