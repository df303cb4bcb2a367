package io.walbeam.dump;

import io.walbeam.change.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Table names as people write them: {@code schema.table}, parts quoted if need be. */
public final class TableNames {
  private TableNames() {}

  /** Parses a name; empty if it is none. A name without a schema is one of {@code public}. */
  public static Optional<TableId> parse(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    boolean wasQuoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c != '"') {
          part.append(c);
        } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
          part.append('"');
          i++;
        } else {
          quoted = false;
        }
      } else if (c == '"' && part.isEmpty() && !wasQuoted) {
        quoted = true;
        wasQuoted = true;
      } else if (c == '.') {
        parts.add(part.toString());
        part.setLength(0);
        wasQuoted = false;
      } else if (wasQuoted) {
        return Optional.empty();
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    if (quoted || parts.size() > 2 || parts.contains("")) {
      return Optional.empty();
    }
    return Optional.of(
        parts.size() == 1
            ? new TableId("public", parts.get(0))
            : new TableId(parts.get(0), parts.get(1)));
  }
}
