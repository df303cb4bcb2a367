package io.walbeam.options;

import io.walbeam.postgres.PostgresSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How gently a verification reads.
 *
 * @param standby where whole tables are read, if not from the primary
 * @param rowsPerSecond that are read from the source at most; 0 for no limit
 * @param patience how long one wait for the run lasts
 * @param within tables that were found equal so recently are left out
 * @param values whether every value is compared
 * @param sample rows of each table whose values are compared
 * @param resumeFile where it is kept how far a table was read
 */
public record VerifyChoices(
    Optional<PostgresSettings> standby,
    long rowsPerSecond,
    Duration patience,
    Duration within,
    boolean values,
    int sample,
    Optional<Path> resumeFile) {}
