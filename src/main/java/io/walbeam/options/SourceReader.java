package io.walbeam.options;

import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.secret.SecretReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what the options say of the source. */
final class SourceReader {
  /** PostgreSQL's rule for slot names (documentation, pg_create_logical_replication_slot). */
  private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,63}");

  /** Connection properties that name a certificate or key. */
  private static final List<String> CERTIFICATES = List.of("sslrootcert", "sslcert", "sslkey");

  private final WalbeamOptions options;
  private final OptionValues values;

  SourceReader(WalbeamOptions options, OptionValues values) {
    this.options = options;
    this.values = values;
  }

  Optional<PostgresSettings> postgres() {
    String url = options.getPostgresUrl();
    String password = options.getPostgresPassword();
    SecretReference reference = new SecretReference(password == null ? "" : password);
    if (url == null || url.isBlank()) {
      values.problem(
          "--postgresUrl is missing; give it as jdbc:postgresql://host:port/database or"
              + " postgresql://host:port/database.");
      return Optional.empty();
    }
    Optional<PostgresSettings> settings =
        PostgresUrl.parse(
            url, Optional.ofNullable(options.getPostgresUser()), reference, values.problems());
    if (RunnerName.of(options).equals("DataflowRunner")) {
      boolean hasCertificate =
          settings.map(found -> found.properties().containsKey("sslcert")).orElse(false);
      checkStoredPassword(password == null ? "" : password, hasCertificate);
      settings.ifPresent(this::refuseLocalFiles);
    } else if (!RunnerName.of(options).equals("DirectRunner")
        && reference.isPlain()
        && !reference.text().isEmpty()) {
      values.problem(
          "With "
              + RunnerName.of(options)
              + " the password is stored in the job, where its savepoints and its web page may show"
              + " it; give --postgresPassword as env:NAME, file:path or"
              + " secret:projects/p/secrets/s/versions/v.");
    }
    return settings;
  }

  /** A job keeps its options where many may read them. */
  private void checkStoredPassword(String password, boolean hasCertificate) {
    if (password.isEmpty() && !hasCertificate) {
      values.problem(
          "--postgresPassword is missing; with DataflowRunner give it as"
              + " secret:projects/p/secrets/s/versions/v, or give a client certificate with sslcert"
              + " and sslkey in --postgresUrl.");
    } else if (!password.isEmpty() && !password.startsWith("secret:")) {
      values.problem(
          "With DataflowRunner the password is stored in the job; give --postgresPassword as"
              + " secret:projects/p/secrets/s/versions/v.");
    }
  }

  private void refuseLocalFiles(PostgresSettings settings) {
    for (String property : CERTIFICATES) {
      String location = settings.properties().getOrDefault(property, "system");
      if (!location.startsWith("gs://")
          && !location.startsWith("secret:")
          && !location.equals("system")) {
        values.problem(
            "With DataflowRunner the workers read "
                + property
                + ", and have no file of that name; give it as gs://bucket/object or"
                + " secret:projects/p/secrets/s/versions/v.");
      }
    }
  }

  String slot() {
    String slot = options.getSlot();
    if (!SLOT.matcher(slot).matches()) {
      values.problem(
          "--slot="
              + slot
              + " is no slot name; PostgreSQL allows 1 to 63 lower-case letters, digits and"
              + " underscores.");
    }
    return slot;
  }

  String publication() {
    String publication = options.getPublication();
    values.identifier("--publication", publication);
    return publication;
  }

  TablePatterns tables() {
    try {
      return TablePatterns.parse(options.getTables(), options.getExcludeTables());
    } catch (IllegalArgumentException e) {
      values.problem("--tables or --excludeTables: " + e.getMessage() + ".");
      return TablePatterns.ALL;
    }
  }

  Optional<PostgresSettings> standby(PostgresSettings primary) {
    String url = options.getSnapshotUrl();
    if (url == null || url.isBlank()) {
      return Optional.empty();
    }
    List<String> found = new ArrayList<>();
    Optional<PostgresSettings> settings =
        PostgresUrl.parse(url, Optional.of(primary.user()), primary.password(), found);
    found.forEach(problem -> values.problem(problem.replace("--postgresUrl", "--snapshotUrl")));
    return settings;
  }

  boolean publishNewTables() {
    return values
        .oneOf("--publishNewTables", options.getPublishNewTables(), "on", "off")
        .equals("on");
  }

  boolean readGenerated() {
    return values
        .oneOf("--generatedColumns", options.getGeneratedColumns(), "omit", "read")
        .equals("read");
  }
}
