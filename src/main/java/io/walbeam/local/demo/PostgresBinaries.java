package io.walbeam.local.demo;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Which PostgreSQL the embedded server is: that of the class path, or the one in the jar that the
 * system property {@code walbeam.postgres.binaries} names. Several versions do not fit on one class
 * path, because their archives have the same name.
 */
public final class PostgresBinaries {
  /** Path of a jar with one {@code .txz} archive for this platform. */
  public static final String PROPERTY = "walbeam.postgres.binaries";

  private PostgresBinaries() {}

  /** Lets the server be the selected version. */
  public static EmbeddedPostgres.Builder select(EmbeddedPostgres.Builder builder) {
    String jar = System.getProperty(PROPERTY, "");
    return jar.isEmpty() ? builder : builder.setPgBinaryResolver(archiveIn(jar));
  }

  private static PgBinaryResolver archiveIn(String jar) {
    return (system, machine) -> read(jar);
  }

  private static InputStream read(String jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar)) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (entry.getName().endsWith(".txz")) {
          try (InputStream archive = zip.getInputStream(entry)) {
            return new ByteArrayInputStream(archive.readAllBytes());
          }
        }
      }
    }
    throw new IOException(jar + " holds no PostgreSQL.");
  }
}
