package io.walbeam.sink;

import io.walbeam.failure.WalbeamException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is in the destination dataset, read with one query for all tables.
 *
 * @param location as BigQuery names it, empty if it does not say
 * @param expirationMillis after which tables are deleted by default; empty if they stay
 * @param keys columns of each table's primary key by name of the table; empty for a table without
 * @param required columns outside the primary key that must have a value, by name of the table
 * @param types of columns as BigQuery spells them, by name of table and column
 * @param missingPermissions of those that a run needs on existing tables; empty if it could not be
 *     asked
 * @param refusedQuery why the tables could not be asked for, so that there are none here
 */
public record DatasetSurvey(
    String location,
    Optional<Long> expirationMillis,
    Map<String, List<String>> keys,
    Map<String, List<String>> required,
    Map<String, Map<String, String>> types,
    Optional<List<String>> missingPermissions,
    Optional<WalbeamException> refusedQuery) {
  public DatasetSurvey {
    keys = Map.copyOf(keys);
    required = Map.copyOf(required);
    types = Map.copyOf(types);
  }

  /** Without types. */
  public DatasetSurvey(
      String location,
      Optional<Long> expirationMillis,
      Map<String, List<String>> keys,
      Map<String, List<String>> required,
      Optional<List<String>> missingPermissions,
      Optional<WalbeamException> refusedQuery) {
    this(location, expirationMillis, keys, required, Map.of(), missingPermissions, refusedQuery);
  }
}
