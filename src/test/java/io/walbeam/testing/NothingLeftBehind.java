package io.walbeam.testing;

import io.walbeam.local.demo.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * After every class of scenarios: no thread of walbeam, no connection of it to the shared server,
 * and no process that was not there before. Registered for all classes as a service.
 */
public final class NothingLeftBehind implements BeforeAllCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(NothingLeftBehind.class);

  private static final String CONNECTIONS =
      "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'walbeam%'";

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(STORE).put("processes", processes());
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (!context.getRequiredTestClass().getSimpleName().endsWith("IT")) {
      return;
    }
    Set<?> before = Objects.requireNonNull(context.getStore(STORE).get("processes", Set.class));
    List<String> left = new ArrayList<>();
    // What was asked to end may take a moment.
    try {
      Await.until(
          "nothing is left",
          () -> {
            left.clear();
            left.addAll(left(before));
            return left.isEmpty();
          });
    } catch (IllegalStateException e) {
      throw new AssertionError(
          context.getRequiredTestClass().getSimpleName() + " leaves behind " + left, e);
    }
  }

  private static List<String> left(Set<?> processesBefore) throws SQLException {
    List<String> left = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("walbeam")) {
        left.add("thread " + thread.getName());
      }
    }
    Optional<TestPostgres> server = TestPostgres.running();
    if (server.isPresent()) {
      try (Connection connection = server.get().connect("postgres");
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(CONNECTIONS)) {
        while (row.next()) {
          left.add("connection " + row.getString(1));
        }
      }
    }
    Set<ProcessHandle> now = new HashSet<>(processes());
    now.removeAll(processesBefore);
    now.forEach(process -> left.add("process " + process.info().command().orElse("?")));
    return left;
  }

  private static Set<ProcessHandle> processes() {
    return ProcessHandle.current().descendants().collect(Collectors.toSet());
  }
}
