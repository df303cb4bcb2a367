package io.walbeam.row;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The pattern that names a destination table after its source, such as {@code {schema}_{table}}.
 *
 * <p>Names consist of ASCII letters, digits and underscores; other characters of the source's names
 * become underscores, so two tables may end with one name, which is refused where routes are made.
 *
 * @param text with {@code {table}} and perhaps {@code {schema}} in it
 */
public record TableNameTemplate(String text) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Names that begin so belong to walbeam's own tables. */
  private static final String OWN_PREFIX = "_walbeam";

  private static final String TABLE = "{table}";
  private static final String SCHEMA = "{schema}";

  /** BigQuery allows 1024 bytes; the names put in and a suffix need room. */
  private static final int LONGEST = 512;

  private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9_]*");

  /** {@code {schema}_{table}}. */
  public static final TableNameTemplate DEFAULT = new TableNameTemplate("{schema}_{table}");

  /**
   * Checks the template.
   *
   * @throws WalbeamException of kind CONFIGURATION if it is not one
   */
  public TableNameTemplate {
    String literal = text.replace(TABLE, "").replace(SCHEMA, "");
    if (!text.contains(TABLE) || text.length() > LONGEST || !LITERAL.matcher(literal).matches()) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "The table name template is not one.",
          "Use {table} and, if wanted, {schema} among letters, digits and underscores, such as"
              + " {schema}_{table}.");
    }
  }

  /** The destination's name for {@code table}. */
  public String nameOf(TableId table) {
    String schema = ColumnNames.lettersDigitsUnderscores(table.schema());
    String name = ColumnNames.lettersDigitsUnderscores(table.name());
    String result = text.replace(SCHEMA, schema).replace(TABLE, name);
    return result.toLowerCase(Locale.ROOT).startsWith(OWN_PREFIX) ? "t" + result : result;
  }
}
