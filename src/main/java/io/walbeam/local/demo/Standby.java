package io.walbeam.local.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;

/** Makes physical standbys. */
public final class Standby {
  /** WAL that a primary must keep, so that a standby made from a copy finds where it begins. */
  public static final Map<String, String> PRIMARY_SETTINGS =
      Map.of("wal_level", "logical", "wal_keep_size", "512MB", "autovacuum", "off");

  /** What belongs to the running server rather than to its data. */
  private static final Set<String> LEFT_OUT =
      Set.of("postmaster.pid", "postmaster.opts", "epg-lock");

  /** Directories whose content a standby does not take over; WAL comes by the stream. */
  private static final Set<String> EMPTIED =
      Set.of("pg_wal", "pg_replslot", "pg_stat_tmp", "pg_notify", "pg_dynshmem", "pg_subtrans");

  private Standby() {}

  /**
   * Copies a running server (PostgreSQL documentation, "Making a Base Backup Using the Low Level
   * API") and starts the copy as its standby.
   */
  public static SourceServer of(SourceServer primary, Path directory, Map<String, String> settings)
      throws IOException, SQLException {
    Path data = directory.resolve("postgres");
    try (Connection connection = primary.connect("postgres");
        Statement statement = connection.createStatement()) {
      boolean renamed = connection.getMetaData().getDatabaseMajorVersion() >= 15;
      statement.execute(
          renamed
              ? "SELECT pg_backup_start('standby', true)"
              : "SELECT pg_start_backup('standby', true, false)");
      copy(primary.dataDirectory(), data);
      try (ResultSet row =
          statement.executeQuery(
              renamed
                  ? "SELECT labelfile FROM pg_backup_stop(false)"
                  : "SELECT labelfile FROM pg_stop_backup(false, false)")) {
        row.next();
        Files.writeString(data.resolve("backup_label"), row.getString(1));
      }
    }
    Files.writeString(
        data.resolve("postgresql.auto.conf"),
        "primary_conninfo = 'host=127.0.0.1 port="
            + primary.port()
            + " user="
            + SourceServer.SUPERUSER
            + " dbname=postgres'\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    Files.createFile(data.resolve("standby.signal"));
    return SourceServer.start(directory, settings);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Path copy = to.resolve(from.relativize(directory));
            Files.createDirectory(
                copy,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return EMPTIED.contains(directory.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!LEFT_OUT.contains(file.getFileName().toString())) {
              try {
                Files.copy(
                    file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
              } catch (NoSuchFileException e) {
                return gone();
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return gone();
            }
            throw e;
          }

          /** The server deletes files while it is copied; the WAL says so to the standby. */
          private FileVisitResult gone() {
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
