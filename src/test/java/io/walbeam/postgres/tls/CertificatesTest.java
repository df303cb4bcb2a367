package io.walbeam.postgres.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.tls.TestAuthority.Issued;
import io.walbeam.secret.ScriptedSecrets;
import io.walbeam.secret.SecretResolver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from certificate and key files, and what is refused before a connection is made. */
final class CertificatesTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("authority");
  private static final Issued CLIENT = AUTHORITY.issue("walbeam", "client");

  private final Map<String, byte[]> contents = new HashMap<>();
  private final SecretResolver resolver = ScriptedSecrets.of(contents);

  @TempDir Path directory;

  private void open(Clock clock, String... properties) {
    Map<String, String> given = new TreeMap<>();
    for (int i = 0; i < properties.length; i += 2) {
      given.put(properties[i], properties[i + 1]);
    }
    try (ConnectionTls tls = ConnectionTls.open(given, resolver, directory, clock)) {
      assertThat(ConnectionTls.find(tls.id())).contains(tls);
    }
  }

  private void open(String... properties) {
    open(Clock.systemUTC(), properties);
  }

  private static void refused(ThrowingCallable call, String... texts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            WalbeamException.class, e -> assertThat(e.describe()).contains(texts));
  }

  @Test
  void everyFormOfOneKeyIsTheSameKey() {
    PrivateKey rsa = CLIENT.key();
    assertThat(PrivateKeys.read("k", rsa.getEncoded())).isEqualTo(rsa);
    assertThat(PrivateKeys.read("k", CLIENT.keyPem())).isEqualTo(rsa);
    assertThat(PrivateKeys.read("k", KeyForms.pkcs1(rsa))).isEqualTo(rsa);
    for (int bits : new int[] {256, 384, 521}) {
      PrivateKey ec = TestAuthority.keys("EC", bits).getPrivate();
      assertThat(PrivateKeys.read("k", KeyForms.sec1(ec))).isEqualTo(ec);
      assertThat(PrivateKeys.read("k", TestAuthority.pem("PRIVATE KEY", ec.getEncoded())))
          .isEqualTo(ec);
    }
    PrivateKey edwards = TestAuthority.keys("Ed25519", 0).getPrivate();
    assertThat(PrivateKeys.read("k", edwards.getEncoded())).isEqualTo(edwards);
  }

  @Test
  void aKeyBehindACertificateOrParametersIsFound() {
    String text =
        new String(CLIENT.certificatePem(), US_ASCII) + new String(CLIENT.keyPem(), US_ASCII);
    assertThat(PrivateKeys.read("k", text.getBytes(US_ASCII))).isEqualTo(CLIENT.key());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not a key",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
      })
  void whatIsNoKeyIsNamedWithTheCommandThatConverts(String text) {
    refused(
        () -> PrivateKeys.read("my.key", text.getBytes(US_ASCII)),
        "sslkey=my.key",
        "openssl pkcs8 -topk8 -nocrypt");
  }

  @Test
  void aTruncatedKeyIsRefusedAtEveryLength() {
    byte[] sec1 =
        Pem.read(KeyForms.sec1(TestAuthority.keys("EC", 256).getPrivate())).get(0).content();
    for (int length = 0; length < sec1.length; length++) {
      byte[] cut = TestAuthority.pem("EC PRIVATE KEY", java.util.Arrays.copyOf(sec1, length));
      refused(() -> PrivateKeys.read("k", cut), "no private key");
    }
  }

  @Test
  void aKeyWithAPassphraseIsNamed() {
    String modern =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        AAAA
        -----END ENCRYPTED PRIVATE KEY-----
        """;
    String traditional =
        """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-256-CBC,00

        AAAA
        -----END RSA PRIVATE KEY-----
        """;
    for (String text : new String[] {modern, traditional}) {
      refused(() -> PrivateKeys.read("k", text.getBytes(US_ASCII)), "passphrase");
    }
  }

  @Test
  void aKeyFileThatOthersReadIsRefused() throws Exception {
    Path certificate = Files.write(directory.resolve("c.crt"), CLIENT.certificatePem());
    Path key = Files.write(directory.resolve("c.key"), CLIENT.keyPem());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    refused(
        () -> open("sslcert", certificate.toString(), "sslkey", key.toString()),
        "read by others",
        "chmod 600");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    open("sslcert", certificate.toString(), "sslkey", "file:" + key);
  }

  @Test
  void certificateAndKeyComeFromAnywhere() {
    contents.put("b/c.crt", CLIENT.certificatePem());
    contents.put("b/c.der", CLIENT.certificate());
    contents.put("projects/p/secrets/k/versions/1", CLIENT.keyPem());
    String key = "secret:projects/p/secrets/k/versions/1";
    open("sslcert", "gs://b/c.crt", "sslkey", key);
    open("sslcert", "gs://b/c.der", "sslkey", key);
    refused(() -> open("sslcert", "gs://b/other", "sslkey", key), "There is no b/other");
    refused(() -> open("sslcert", directory + "/none", "sslkey", key), "does not exist");
  }

  @Test
  void oneWithoutTheOtherIsRefused() {
    contents.put("b/c.crt", CLIENT.certificatePem());
    refused(() -> open("sslcert", "gs://b/c.crt"), "Of sslcert and sslkey only one");
  }

  @Test
  void anExpiredOrFutureClientCertificateIsNamedWithItsDay() {
    contents.put("b/c.crt", CLIENT.certificatePem());
    contents.put("b/c.key", CLIENT.keyPem());
    String[] both = {"sslcert", "gs://b/c.crt", "sslkey", "gs://b/c.key"};
    Clock now = Clock.systemUTC();
    refused(
        () -> open(Clock.offset(now, Duration.ofDays(3)), both),
        "gs://b/c.crt expired on",
        now.instant().plus(Duration.ofDays(1)).atOffset(ZoneOffset.UTC).getYear() + "-");
    refused(() -> open(Clock.offset(now, Duration.ofDays(-3)), both), "is valid from");
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    contents.put("b/c.crt", CLIENT.certificatePem());
    contents.put("b/rsa", AUTHORITY.issue("other", "other").keyPem());
    KeyPair ec = TestAuthority.keys("EC", 256);
    contents.put("b/ec", ec.getPrivate().getEncoded());
    for (String key : new String[] {"gs://b/rsa", "gs://b/ec"}) {
      refused(() -> open("sslcert", "gs://b/c.crt", "sslkey", key), "is not the private key of");
    }
  }

  @Test
  void verifyingNeedsAnAuthority() {
    contents.put("b/ca", AUTHORITY.certificatePem());
    contents.put("b/junk", new byte[] {1});
    for (String mode : new String[] {"verify-ca", "verify-full"}) {
      refused(() -> open("sslmode", mode), "no authority is given", "sslrootcert");
      open("sslmode", mode, "sslrootcert", "gs://b/ca");
      open("sslmode", mode, "sslrootcert", "system");
    }
    refused(
        () -> open("sslmode", "require", "sslrootcert", "gs://b/junk"),
        "sslrootcert=gs://b/junk holds no X.509 certificate");
    for (String mode : new String[] {"disable", "allow", "prefer", "require"}) {
      open("sslmode", mode);
    }
  }
}
