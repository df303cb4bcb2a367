package io.walbeam.verify;

import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.row.MappingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What is to be compared, and how gently.
 *
 * @param standby where whole tables are read, if not from the primary
 * @param rowsPerSecond that are read from the source at most; 0 for no limit
 * @param patience how long one wait for the run lasts
 * @param values whether every value is compared, not what walbeam wrote of it only
 * @param sample rows of each table whose values are compared
 * @param resumeFile where it is kept how far a table was read
 * @param within tables that were found equal so recently are left out
 */
public record VerifyRequest(
    ReplicationSettings replication,
    TablePatterns tables,
    MappingSettings mapping,
    Optional<PostgresSettings> standby,
    long rowsPerSecond,
    Duration patience,
    Duration within,
    boolean values,
    int sample,
    Optional<Path> resumeFile) {}
