package io.walbeam.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretResolverTest {
  private final SecretResolver resolver =
      new SecretResolver(
          name -> name.equals("PW") ? "value" : null,
          name -> ("stored " + name).getBytes(UTF_8),
          name -> ("object " + name).getBytes(UTF_8));

  private String resolve(String reference) {
    return resolver.resolve(new SecretReference(reference)).reveal();
  }

  private void refused(String reference) {
    assertThatThrownBy(() -> resolve(reference))
        .isInstanceOfSatisfying(
            WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFIGURATION));
  }

  @Test
  void everyKindOfReferenceIsResolved(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("pw");
    Files.writeString(file, " in file \r\n");
    assertThat(resolve("env:PW")).isEqualTo("value");
    assertThat(resolve("file:" + file)).isEqualTo(" in file ");
    assertThat(resolve("secret:projects/p/secrets/s")).isEqualTo("stored projects/p/secrets/s");
    assertThat(resolve("plain")).isEqualTo("plain");
  }

  @Test
  void contentIsReadAsItIs(@TempDir Path directory) throws Exception {
    byte[] bytes = {1, (byte) 0xFF, 10};
    Path file = Files.write(directory.resolve("key"), bytes);
    assertThat(resolver.content(file.toString())).isEqualTo(bytes);
    assertThat(resolver.content("file:" + file)).isEqualTo(bytes);
    assertThat(resolver.content("gs://b/o")).isEqualTo("object b/o".getBytes(UTF_8));
    assertThat(resolver.content("secret:s")).isEqualTo("stored s".getBytes(UTF_8));
    assertThat(resolver.content("env:PW")).isEqualTo("value".getBytes(UTF_8));
    assertThat(SecretResolver.localPath("file:/a")).contains("/a");
    assertThat(SecretResolver.localPath("gs://b/o")).isEmpty();
  }

  @Test
  void missingSecretsAreRefused(@TempDir Path directory) {
    refused("env:OTHER");
    refused("file:" + directory.resolve("none"));
    refused("file:\0");
  }

  @Test
  void nameThatSecretManagerDoesNotKnowIsRefusedWithoutACall() {
    assertThatThrownBy(() -> new GoogleSecretStore().read("my-secret"))
        .isInstanceOfSatisfying(
            WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFIGURATION));
  }

  @Test
  void secretIsNeverPrinted() {
    assertThat(new Secret("hunter2").toString()).doesNotContain("hunter2");
    assertThat(new SecretReference("hunter2").toString()).doesNotContain("hunter2");
  }
}
