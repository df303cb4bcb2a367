package io.walbeam.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Makes the self-signed certificate for TLS with the JDK's own keytool. */
final class Certificates {
  private static final long KEYTOOL_SECONDS = 60;
  private static final String ALIAS = "standin";

  private Certificates() {}

  /** Makes certificate and key if neither file exists. */
  static void ensure(StandInOptions.Tls tls, String host) {
    if (Files.exists(tls.certificate()) && Files.exists(tls.key())) {
      return;
    }
    if (Files.exists(tls.certificate()) || Files.exists(tls.key())) {
      throw new IllegalArgumentException(
          "Of "
              + tls.certificate()
              + " and "
              + tls.key()
              + " only one exists: give both or remove it.");
    }
    try {
      make(tls, host);
    } catch (IOException e) {
      throw new UncheckedIOException("the certificate could not be made", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the certificate could not be made", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making the certificate", e);
    }
  }

  private static void make(StandInOptions.Tls tls, String host)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path directory = Files.createTempDirectory("standin-tls");
    Path keystore = directory.resolve("keystore.p12");
    String password = UUID.randomUUID().toString();
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  ALIAS,
                  "-keyalg",
                  "RSA",
                  "-keysize",
                  "2048",
                  "-validity",
                  "3650",
                  "-dname",
                  "CN=" + host,
                  "-ext",
                  "SAN=dns:localhost,ip:127.0.0.1",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  keystore.toString(),
                  "-storepass:env",
                  "STORE_PASSWORD"));
      builder.environment().put("STORE_PASSWORD", password);
      builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
      Process keytool = builder.start();
      if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        keytool.destroyForcibly();
        throw new IllegalStateException("keytool failed to make a certificate");
      }
      KeyStore store = KeyStore.getInstance(keystore.toFile(), password.toCharArray());
      Key key = store.getKey(ALIAS, password.toCharArray());
      pem(tls.certificate(), "CERTIFICATE", store.getCertificate(ALIAS).getEncoded());
      pem(tls.key(), "PRIVATE KEY", key.getEncoded());
    } finally {
      Files.deleteIfExists(keystore);
      Files.deleteIfExists(directory);
    }
  }

  private static void pem(Path file, String kind, byte[] der) throws IOException {
    Base64.Encoder encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    Files.writeString(
        file,
        "-----BEGIN "
            + kind
            + "-----\n"
            + encoder.encodeToString(der)
            + "\n-----END "
            + kind
            + "-----\n");
  }
}
