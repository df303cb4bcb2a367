package io.walbeam.sink.file;

import io.walbeam.change.TableId;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;

/** Parts of names of walbeam's own files. */
final class KeyNames {
  /** Letters of a name that are kept, so that a person finds a file. */
  private static final int MOST = 60;

  private KeyNames() {}

  /** A position of the log, sorted as text. */
  static String position(long lsn) {
    return HexFormat.of().withUpperCase().toHexDigits(lsn);
  }

  /** A table, whatever its names are: what is readable of them, and what tells them apart. */
  static String table(TableId table) {
    String name = table.schema() + "." + table.name();
    String readable = name.replaceAll("[^A-Za-z0-9_.]", "_");
    UUID hash =
        UUID.nameUUIDFromBytes(
            (table.schema() + '\0' + table.name()).getBytes(StandardCharsets.UTF_8));
    return (readable.length() <= MOST ? readable : readable.substring(0, MOST))
        + "-"
        + hash.toString().substring(0, 8).toLowerCase(Locale.ROOT);
  }
}
