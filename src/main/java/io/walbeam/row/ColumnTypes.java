package io.walbeam.row;

import io.walbeam.change.RelationColumn;
import java.util.Locale;
import java.util.Optional;

/** Whether columns that are there hold the values of their source columns. Pure. */
public final class ColumnTypes {
  /** The first object identifier that is not of a built-in type ({@code access/transam.h}). */
  private static final int FIRST_OTHER = 16_384;

  private ColumnTypes() {}

  /**
   * The type of the column that a run makes beside one that is there; empty if it writes to that,
   * or if nobody can tell without the catalogue's types.
   *
   * @param key whether the column is part of the destination's key
   * @param existing the type of the column as BigQuery spells it, such as {@code NUMERIC(9, 2)}
   */
  public static Optional<String> beside(
      RelationColumn column, boolean key, StructureMode structures, String existing) {
    if (Integer.compareUnsigned(column.typeOid(), FIRST_OTHER) >= 0
        || existing.startsWith("ARRAY<")) {
      return Optional.empty();
    }
    String base = existing.replaceFirst("[(<].*", "").strip().toUpperCase(Locale.ROOT);
    Optional<DestinationType> known = Optional.empty();
    for (DestinationType type : DestinationType.values()) {
      if (type.name().equals(base)) {
        known = Optional.of(type);
      }
    }
    TypeMapping mapping = TypeMapping.of(column, key, SourceTypes.NONE, structures, known);
    return mapping.isRepeated() || known.filter(mapping.type()::equals).isPresent()
        ? Optional.empty()
        : Optional.of(mapping.type().name());
  }
}
