package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BigQuerySettingsTest {
  @Test
  void allProblemsAreToldAtOnce() {
    assertThat(BigQuerySettings.problems("a b", "d-1", "?", "localhost:9050", "a.b", "nocolon"))
        .hasSize(6)
        .allSatisfy(
            problem -> {
              assertThat(problem.kind()).isEqualTo(FailureKind.CONFIGURATION);
              assertThat(problem.remedy()).isNotEmpty();
            });
    assertThatThrownBy(() -> new BigQuerySettings("p", "d.e", "", "", "t", "a:b"))
        .isInstanceOf(WalbeamException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:9050", "http://localhost:9050/", "http://[::1]:1"})
  void httpMeansPlaintext(String endpoint) {
    BigQuerySettings settings = settings(endpoint);

    assertThat(settings.plaintext()).isTrue();
    assertThat(settings.endpoint()).doesNotEndWith("/");
  }

  @Test
  void httpsAndNoneMeanCredentials() {
    assertThat(settings("https://bigquery.example.org").plaintext()).isFalse();
    assertThat(settings("https://bigquery.example.org").authority())
        .isEqualTo("bigquery.example.org:443");
    assertThat(settings("").plaintext()).isFalse();
  }

  @Test
  void aWorkerGetsTheSameSettings() throws Exception {
    BigQuerySettings settings = settings("http://localhost:9050");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(settings);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(settings);
    }
  }

  private static BigQuerySettings settings(String endpoint) {
    return new BigQuerySettings("p", "d", "EU", endpoint, "dead", "walbeam:test");
  }
}
