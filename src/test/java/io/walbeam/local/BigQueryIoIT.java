package io.walbeam.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableRow;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableId;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.apache.beam.sdk.io.gcp.bigquery.RowMutationInformation;
import org.apache.beam.sdk.io.gcp.bigquery.RowMutationInformation.MutationType;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Beam's own BigQueryIO, which knows nothing of the stand-in: REST in plaintext and gRPC over TLS,
 * both from the one option {@code bigQueryEndpoint}.
 */
class BigQueryIoIT {
  private static final String TRUST_STORE = "javax.net.ssl.trustStore";
  private static final String TRUST_STORE_PASSWORD = "javax.net.ssl.trustStorePassword";
  private static final String PASSWORD = "not secret";

  @TempDir private static Path directory;

  private static StandInServer server;
  private static StandInClients clients;

  @BeforeAll
  static void start() throws Exception {
    Path certificate = directory.resolve("standin.crt");
    server =
        StandInServer.start(
            StandInOptions.inMemory().withTls(certificate, directory.resolve("standin.key")));
    clients = StandInClients.of(server).withDataset();
    // BigQueryIO has no option for the authority that it trusts; the JVM has.
    System.setProperty(TRUST_STORE, trusting(certificate).toString());
    System.setProperty(TRUST_STORE_PASSWORD, PASSWORD);
  }

  @AfterAll
  static void stop() {
    System.clearProperty(TRUST_STORE);
    System.clearProperty(TRUST_STORE_PASSWORD);
    clients.close();
    server.close();
  }

  private static Path trusting(Path certificate) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      store.setCertificateEntry(
          "standin", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    Path file = directory.resolve("trust.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  /** Lines of the form {@code kind position id name}, in the order in which they are written. */
  private static void write(String table, List<String> lines) {
    BigQueryOptions options = PipelineOptionsFactory.as(BigQueryOptions.class);
    options.setProject(StandInClients.PROJECT);
    options.setBigQueryEndpoint(server.endpoint());
    options.setCredentialFactoryClass(NoopCredentialFactory.class);
    options.setTempLocation(directory.toString());
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Lines", Create.of(lines).withCoder(StringUtf8Coder.of()))
        .apply(
            "Write",
            BigQueryIO.<String>write()
                .to(StandInClients.PROJECT + ":" + StandInClients.DATASET + "." + table)
                .withMethod(BigQueryIO.Write.Method.STORAGE_API_AT_LEAST_ONCE)
                .withCreateDisposition(BigQueryIO.Write.CreateDisposition.CREATE_IF_NEEDED)
                .withWriteDisposition(BigQueryIO.Write.WriteDisposition.WRITE_APPEND)
                .withPrimaryKey(List.of("id"))
                .withSchema(
                    new TableSchema()
                        .setFields(
                            List.of(
                                new TableFieldSchema()
                                    .setName("id")
                                    .setType("INT64")
                                    .setMode("REQUIRED"),
                                new TableFieldSchema().setName("name").setType("STRING"))))
                .withFormatFunction(BigQueryIoIT::row)
                .withRowMutationInformationFn(BigQueryIoIT::mutation));
    pipeline.run().waitUntilFinish();
  }

  private static TableRow row(String line) {
    String[] words = line.split(" ", -1);
    return new TableRow().set("id", Long.parseLong(words[2])).set("name", words[3]);
  }

  private static RowMutationInformation mutation(String line) {
    String[] words = line.split(" ", -1);
    return RowMutationInformation.of(MutationType.valueOf(words[0]), words[1]);
  }

  private static List<String> stored(String table) {
    return clients.query("SELECT id, name FROM d." + table + " ORDER BY id").stream()
        .map(row -> row.get("id").getLongValue() + "=" + row.get("name").getStringValue())
        .toList();
  }

  @Test
  void theTableIsMadeWithItsKeyAndTheHighestPositionOfEachKeyStays() {
    write(
        "io_changes",
        List.of(
            "UPSERT 0/1A/1A/0 1 first",
            "UPSERT 0/1B/1B/0 2 second",
            "UPSERT 0/1C/1C/0 3 third",
            "UPSERT 0/2B/2B/0 2 changed",
            "DELETE 0/2C/2C/0 3 third"));
    assertThat(stored("io_changes")).containsExactly("1=first", "2=changed");
    // Late ones change nothing, in a pipeline of its own as after a restart.
    write(
        "io_changes",
        List.of("UPSERT 0/1F/1F/0 3 zombie", "UPSERT 0/2A/2A/0 2 stale", "UPSERT 0/A/A/0 4 new"));
    assertThat(stored("io_changes")).containsExactly("1=first", "2=changed", "4=new");
    StandardTableDefinition made =
        clients
            .bigQuery
            .getTable(TableId.of(StandInClients.PROJECT, StandInClients.DATASET, "io_changes"))
            .getDefinition();
    assertThat(Objects.requireNonNull(made.getTableConstraints()).getPrimaryKey().getColumns())
        .containsExactly("id");
  }
}
