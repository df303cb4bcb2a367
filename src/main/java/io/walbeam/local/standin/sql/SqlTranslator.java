package io.walbeam.local.standin.sql;

import io.walbeam.local.standin.Names;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.store.SqlDialect;
import io.walbeam.local.standin.store.Store;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites simple GoogleSQL into DuckDB's SQL, token by token: names, literals, parameters, table
 * references, type names and a few functions. Not an analyser: what it does not know it passes on,
 * and DuckDB's message is the answer.
 */
final class SqlTranslator {
  /** Finds what a table reference stands for. */
  interface Tables {
    /** A parenthesised SELECT. */
    String relation(List<String> path);
  }

  /** Finds what a parameter stands for: an SQL fragment; its values are bound by the caller. */
  interface Parameters {
    String named(String name);

    String positional();
  }

  /** What is open at one level of parentheses. */
  private static final class Level {
    final String function;
    boolean inFrom;

    Level(String function) {
      this.function = function;
    }
  }

  private final List<SqlToken> tokens;
  private final @Nullable Tables tables;
  private final @Nullable Parameters parameters;
  private final Set<String> common = new HashSet<>();
  private final Deque<Level> levels = new ArrayDeque<>();
  private final StringBuilder out = new StringBuilder();
  private int at;
  private boolean tableNext;

  private SqlTranslator(
      List<SqlToken> tokens, @Nullable Tables tables, @Nullable Parameters parameters) {
    this.tokens = tokens;
    this.tables = tables;
    this.parameters = parameters;
  }

  static String query(List<SqlToken> tokens, Tables tables, Parameters parameters) {
    return new SqlTranslator(tokens, tables, parameters).translate();
  }

  /** Translates an expression that refers to neither tables nor parameters. */
  static String expression(String sql) {
    return new SqlTranslator(SqlToken.scan(sql), null, null).translate();
  }

  private String translate() {
    findCommonTables();
    levels.push(new Level(""));
    while (at < tokens.size()) {
      step(tokens.get(at));
    }
    return out.toString().strip();
  }

  private void findCommonTables() {
    for (int i = 0; i + 3 < tokens.size(); i++) {
      SqlToken inner = tokens.get(i + 3);
      if (tokens.get(i + 1).word("AS")
          && tokens.get(i + 2).symbol("(")
          && (inner.word("SELECT") || inner.word("WITH") || inner.symbol("("))) {
        common.add(Names.fold(tokens.get(i).text()));
      }
    }
  }

  private void step(SqlToken token) {
    if (tableNext && tables != null) {
      tableNext = false;
      if (token.word("UNNEST")) {
        unnest();
        return;
      }
      if (token.kind() == SqlToken.Kind.WORD || token.kind() == SqlToken.Kind.QUOTED_NAME) {
        tableReference(tables);
        return;
      }
    }
    at++;
    switch (token.kind()) {
      case WORD -> word(token);
      case QUOTED_NAME -> {
        List<String> parts = List.of(token.text().split("\\.", -1));
        emit(String.join(".", parts.stream().map(Store::quote).toList()), token.spaced());
      }
      case STRING -> emit(SqlDialect.literal(token.text()), token.spaced());
      case BYTES -> emit(SqlDialect.bytes(token.text()), token.spaced());
      case NUMBER -> emit(token.text(), token.spaced());
      case NAMED_PARAMETER -> emit(parameters().named(token.text()), true);
      case POSITIONAL_PARAMETER -> emit(parameters().positional(), true);
      case SYMBOL -> symbol(token);
    }
  }

  private void symbol(SqlToken token) {
    if (token.symbol("(")) {
      SqlToken before = at >= 2 ? tokens.get(at - 2) : null;
      levels.push(
          new Level(before != null && before.kind() == SqlToken.Kind.WORD ? before.upper() : ""));
    } else if (token.symbol(")") && levels.size() > 1) {
      levels.pop();
    } else if (token.symbol(",") && level().inFrom) {
      tableNext = true;
    } else if (token.symbol(";")) {
      if (at < tokens.size()) {
        throw RestFailure.invalidQuery("Only one statement is accepted here");
      }
      return;
    }
    emit(token.text(), token.spaced());
  }

  private void word(SqlToken token) {
    String upper = token.upper();
    SqlToken next = peek(0);
    boolean call = next != null && next.symbol("(");
    boolean member = at >= 2 && tokens.get(at - 2).symbol(".");
    if (member || SqlDialect.isReservedByDuckOnly(upper)) {
      emit(Store.quote(token.text()), token.spaced());
    } else if ((upper.equals("FROM") || upper.equals("JOIN"))
        && !SqlDialect.isFunctionWithFrom(level().function)) {
      level().inFrom = true;
      tableNext = true;
      emit(token.text(), true);
    } else if (upper.equals("EXCEPT") && call) {
      emit("EXCLUDE", true);
    } else if (upper.equals("DISTINCT") && afterSetOperator()) {
      emit("", true);
    } else if (upper.equals("IN") && next != null && next.word("UNNEST")) {
      at++;
      boolean negated = at >= 3 && tokens.get(at - 3).word("NOT");
      if (negated) {
        int not = out.toString().toUpperCase(Locale.ROOT).lastIndexOf("NOT");
        out.setLength(not);
      }
      emit(negated ? "<> ALL" : "= ANY", true);
    } else if (afterAs() && isCast(level().function) && SqlDialect.isType(upper)) {
      emit(SqlDialect.type(upper), true);
    } else if (next != null
        && next.kind() == SqlToken.Kind.STRING
        && SqlDialect.isTypedLiteral(upper)) {
      at++;
      emit("CAST(" + SqlDialect.literal(next.text()) + " AS " + SqlDialect.type(upper) + ")", true);
    } else if (call && SqlDialect.isNiladic(upper) && isSymbol(1, ")")) {
      at += 2;
      emit(SqlDialect.niladic(upper), true);
    } else if (call && SqlDialect.isRenamed(upper)) {
      emit(SqlDialect.function(upper), token.spaced());
    } else {
      if (SqlDialect.endsFrom(upper)) {
        level().inFrom = false;
      }
      emit(token.text(), token.spaced());
    }
  }

  private boolean afterAs() {
    return at >= 2 && tokens.get(at - 2).word("AS");
  }

  private boolean afterSetOperator() {
    return at >= 2
        && (tokens.get(at - 2).word("UNION")
            || tokens.get(at - 2).word("EXCEPT")
            || tokens.get(at - 2).word("INTERSECT"));
  }

  private static boolean isCast(String function) {
    return function.equals("CAST") || function.equals("SAFE_CAST");
  }

  private void tableReference(Tables resolver) {
    List<String> path = SqlPath.of(tokens, at);
    int end = SqlPath.end(tokens, at);
    if (path.size() == 1 && common.contains(Names.fold(path.get(0)))) {
      at = end;
      emit(Store.quote(path.get(0)), true);
      return;
    }
    at = end;
    emit(resolver.relation(path), true);
    SqlToken next = peek(0);
    boolean aliased =
        next != null
            && (next.word("AS")
                || next.kind() == SqlToken.Kind.QUOTED_NAME
                || (next.kind() == SqlToken.Kind.WORD
                    && !SqlDialect.endsTableReference(next.upper())));
    if (!aliased) {
      emit("AS " + Store.quote(path.get(path.size() - 1)), true);
    }
  }

  private void unnest() {
    int close = at + 1;
    int depth = 0;
    do {
      if (close >= tokens.size()) {
        throw RestFailure.invalidQuery("Syntax error: Expected \")\"");
      }
      depth += tokens.get(close).symbol("(") ? 1 : tokens.get(close).symbol(")") ? -1 : 0;
      close++;
    } while (depth > 0);
    emit("UNNEST", true);
    at++;
    while (at < close) {
      step(tokens.get(at));
    }
    SqlToken next = peek(0);
    if (next != null && next.word("AS")) {
      at++;
      next = peek(0);
    }
    if (next != null
        && (next.kind() == SqlToken.Kind.QUOTED_NAME || next.kind() == SqlToken.Kind.WORD)
        && !SqlDialect.endsTableReference(next.upper())) {
      at++;
      String alias = next.text();
      emit("AS " + Store.quote("$" + alias) + "(" + Store.quote(alias) + ")", true);
    }
  }

  private Parameters parameters() {
    if (parameters == null) {
      throw RestFailure.invalidQuery("Query parameters are not allowed here");
    }
    return parameters;
  }

  private Level level() {
    Level level = levels.peek();
    return level == null ? new Level("") : level;
  }

  private @Nullable SqlToken peek(int ahead) {
    return at + ahead < tokens.size() ? tokens.get(at + ahead) : null;
  }

  private boolean isSymbol(int ahead, String symbol) {
    SqlToken token = peek(ahead);
    return token != null && token.symbol(symbol);
  }

  private void emit(String text, boolean spaced) {
    if (spaced && !out.isEmpty()) {
      out.append(' ');
    }
    out.append(text);
  }
}
