package io.walbeam.local.standin.sql;

import java.util.List;

/** A table path among the tokens of a query, such as {@code my-project.shop.orders}. */
final class SqlPath {
  private SqlPath() {}

  /** The parts of a table path that begins at a token; dashes may be inside a bare project. */
  static List<String> of(List<SqlToken> tokens, int start) {
    StringBuilder text = new StringBuilder();
    int end = end(tokens, start);
    for (int i = start; i < end; i++) {
      text.append(tokens.get(i).text());
    }
    return List.of(text.toString().split("\\.", -1));
  }

  /** Index of the first token behind the path. */
  static int end(List<SqlToken> tokens, int start) {
    int i = start + 1;
    while (i + 1 < tokens.size()
        && (tokens.get(i).symbol(".") || tokens.get(i).symbol("-"))
        && !tokens.get(i).spaced()
        && !tokens.get(i + 1).spaced()) {
      i += 2;
    }
    return i;
  }
}
