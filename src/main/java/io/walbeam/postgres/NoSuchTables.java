package io.walbeam.postgres;

import io.walbeam.change.NearestNames;
import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.List;

/** {@code --tables} that matches no table, of the database or of a publication. */
public final class NoSuchTables {
  /** Names that are offered instead of one that does not exist. */
  private static final int OFFERED = 5;

  private NoSuchTables() {}

  /** What to say of patterns that match no table of a publication that holds some. */
  public static WalbeamException published(String publication) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "The publication " + publication + " holds no table that --tables names.",
        "Correct --tables or --publication, or add the table to the publication.");
  }

  /**
   * What to say of patterns that match nothing, with the names that are nearest.
   *
   * @param there the tables of the database
   */
  static WalbeamException of(List<String> patterns, List<TableId> there) {
    String text = String.join(",", patterns);
    List<String> names = there.stream().map(TableId::toString).toList();
    List<String> near = NearestNames.of(text.replace("*", ""), names, OFFERED);
    List<String> offered = near.isEmpty() ? names.stream().limit(OFFERED).toList() : near;
    return new WalbeamException(
        FailureKind.CONFIGURATION,
        "No table matches " + text + ".",
        "Correct --tables, or create the tables first."
            + (offered.isEmpty()
                ? ""
                : (near.isEmpty() ? " The database has " : " Near are ")
                    + String.join(", ", offered)
                    + "."));
  }
}
