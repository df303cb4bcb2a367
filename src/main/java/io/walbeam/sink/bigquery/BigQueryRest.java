package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.Bigquery;
import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TestIamPermissionsRequest;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.Waits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * BigQuery's REST calls on one dataset. Thread-safe. What passes by itself is retried in place
 * without limit, with a named stall after a while.
 */
final class BigQueryRest {
  private static final Logger log = LoggerFactory.getLogger(BigQueryRest.class);

  /** What a run does with a table: reads its schema and rows, extends it, writes rows. */
  private static final List<String> NEEDED_ON_TABLES =
      List.of(
          "bigquery.tables.get",
          "bigquery.tables.getData",
          "bigquery.tables.update",
          "bigquery.tables.updateData");

  private final BigQuerySettings settings;
  private final Bigquery client;
  private final RestCalls calls;
  private final RestPages pages;
  private volatile String location;
  private volatile boolean asked;

  BigQueryRest(BigQuerySettings settings, Bigquery client, Pace pace, Waits waits, Stalls stalls) {
    this.settings = settings;
    this.client = client;
    this.calls = new RestCalls(settings, pace, waits, stalls);
    this.pages = new RestPages(settings, client, calls);
    this.location = settings.location();
  }

  BigQuerySettings settings() {
    return settings;
  }

  /** Where the dataset is, as given or as BigQuery has said; empty while nobody has asked. */
  String location() {
    return location;
  }

  /** Whether tables of the dataset go by themselves, or nobody can say. */
  boolean tablesExpire() throws InterruptedException {
    try {
      return calls
              .make(
                  settings.dataset(),
                  () -> client.datasets().get(settings.project(), settings.dataset()).execute())
              .getDefaultTableExpirationMs()
          != null;
    } catch (RestCalls.RefusedException e) {
      log.debug("The dataset cannot be read", e);
      return true;
    }
  }

  /** Asks where the dataset is, once; where that is refused, calls are led by their table. */
  void learnLocation() throws InterruptedException {
    if (!location.isEmpty() || asked) {
      return;
    }
    try {
      Dataset found =
          calls.make(
              settings.dataset(),
              () -> client.datasets().get(settings.project(), settings.dataset()).execute());
      location = found.getLocation() == null ? "" : found.getLocation();
      asked = true;
    } catch (RestCalls.RefusedException e) {
      asked = true;
      log.debug("The dataset's location is not known", e);
    }
  }

  /**
   * Asks once, without retry, whether the dataset can be reached.
   *
   * @throws WalbeamException of kind OPERATOR if it is missing or forbidden, TRANSIENT if there is
   *     no answer
   */
  Dataset verifyDataset() {
    try {
      return client.datasets().get(settings.project(), settings.dataset()).execute();
    } catch (IOException e) {
      switch (RestFailures.of(e)) {
        case NOT_FOUND -> throw calls.datasetMissing(e);
        case DENIED -> throw calls.denied("bigquery.datasets.get", e);
        case PASSES ->
            throw new WalbeamException(
                FailureKind.TRANSIENT,
                calls.unreachable(e),
                settings.endpoint().isEmpty()
                    ? "Check the network and try again."
                    : "Start the server there, or correct --bigQueryEndpoint.",
                e);
        default -> throw RestCalls.refused("find dataset", calls.dataset(), e);
      }
    }
  }

  /**
   * Permissions on an existing table that a run needs and has not; empty if there is no such table,
   * or the endpoint does not tell.
   */
  Optional<List<String>> missingPermissions(String table) {
    String resource =
        "projects/%s/datasets/%s/tables/%s"
            .formatted(settings.project(), settings.dataset(), table);
    try {
      @Nullable List<String> granted =
          client
              .tables()
              .testIamPermissions(
                  resource, new TestIamPermissionsRequest().setPermissions(NEEDED_ON_TABLES))
              .execute()
              .getPermissions();
      List<String> missing = new ArrayList<>(NEEDED_ON_TABLES);
      missing.removeAll(granted == null ? List.of() : granted);
      return Optional.of(missing);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The table as it is, or empty if it does not exist. */
  Optional<Table> get(String table) throws InterruptedException {
    try {
      return Optional.of(
          calls.make(
              table,
              () -> client.tables().get(settings.project(), settings.dataset(), table).execute()));
    } catch (RestCalls.RefusedException e) {
      return switch (e.meaning) {
        case NOT_FOUND -> Optional.empty();
        case DENIED -> throw calls.denied("bigquery.tables.get", e.failure);
        default -> throw RestCalls.refused("read table", table, e.failure);
      };
    }
  }

  /** Creates a table. Returns false if it exists already. */
  boolean insert(String name, Table table) throws InterruptedException {
    try {
      calls.make(
          name,
          () -> client.tables().insert(settings.project(), settings.dataset(), table).execute());
      return true;
    } catch (RestCalls.RefusedException e) {
      return switch (e.meaning) {
        case ALREADY_EXISTS -> false;
        case NOT_FOUND -> throw calls.datasetMissing(e.failure);
        case DENIED -> throw calls.denied("bigquery.tables.create", e.failure);
        default -> throw RestCalls.refused("create table", name, e.failure);
      };
    }
  }

  /**
   * Patches a table.
   *
   * @param etag of the version the patch was made for, or null
   * @return false if it changed meanwhile, or is gone
   */
  boolean patch(String name, Table patch, @Nullable String etag) throws InterruptedException {
    try {
      calls.make(
          name,
          () -> {
            Bigquery.Tables.Patch request =
                client.tables().patch(settings.project(), settings.dataset(), name, patch);
            if (etag != null) {
              request.getRequestHeaders().setIfMatch(etag);
            }
            return request.execute();
          });
      return true;
    } catch (RestCalls.RefusedException e) {
      return switch (e.meaning) {
        case CHANGED, NOT_FOUND -> false;
        case DENIED -> throw calls.denied("bigquery.tables.update", e.failure);
        default -> throw RestCalls.refused("add columns to table", name, e.failure);
      };
    }
  }

  /** Deletes a table. Returns false if there is none. */
  boolean delete(String name) throws InterruptedException {
    try {
      calls.make(
          name,
          () -> client.tables().delete(settings.project(), settings.dataset(), name).execute());
      return true;
    } catch (RestCalls.RefusedException e) {
      return switch (e.meaning) {
        case NOT_FOUND -> false;
        case DENIED -> throw calls.denied("bigquery.tables.delete", e.failure);
        default -> throw RestCalls.refused("delete table", name, e.failure);
      };
    }
  }

  /** See {@link RestPages#query}. */
  void query(String table, String sql, Map<String, String> parameters, RestPages.Pages rows)
      throws InterruptedException {
    pages.query(location, table, sql, parameters, rows);
  }

  /** See {@link RestPages#list}. */
  void list(String table, RestPages.Pages rows) throws InterruptedException {
    pages.list(table, rows);
  }
}
