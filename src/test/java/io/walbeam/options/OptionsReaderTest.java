package io.walbeam.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.walbeam.change.TableId;
import io.walbeam.job.JobSettings;
import io.walbeam.job.Placement;
import io.walbeam.sink.bigquery.BigQueryDestination;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.testing.CrashingRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsReaderTest {
  private static final List<String> GOOD =
      List.of(
          "--postgresUrl=postgresql://db.example:5433/shop?sslmode=verify-full",
          "--postgresUser=replicator",
          "--postgresPassword=env:PW",
          "--dataset=project-1.shop");

  @Test
  void aShortCommandLineYieldsTheDocumentedDefaults() throws ConfigurationProblems {
    JobSettings settings = OptionsReader.read(GOOD).settings();
    assertThat(settings.replication().postgres().host()).isEqualTo("db.example");
    assertThat(settings.replication().postgres().port()).isEqualTo(5433);
    assertThat(settings.replication().postgres().database()).isEqualTo("shop");
    assertThat(settings.replication().postgres().user()).isEqualTo("replicator");
    assertThat(settings.replication().postgres().properties())
        .containsEntry("sslmode", "verify-full");
    assertThat(settings.replication().slot()).isEqualTo("walbeam");
    assertThat(settings.replication().publication()).isEqualTo("walbeam");
    assertThat(settings.tables().isAll()).isTrue();
    assertThat(settings.run().stopAtNow()).isFalse();
    assertThat(settings.run().epoch()).isZero();
    assertThat(settings.placement()).isEqualTo(Placement.oneJvm());
    assertThat(settings.destination())
        .isInstanceOfSatisfying(
            BigQueryDestination.class, to -> assertThat(to.settings().endpoint()).isEmpty());
    assertThat(settings.destination().describe()).isEqualTo("project-1.shop");
    assertThat(settings.mapping().tableName().text()).isEqualTo("{schema}_{table}");
    assertThat(settings.mapping().maxStaleness()).isEqualTo("PT10M");
    assertThat(settings.mapping().database()).isEqualTo("shop");
    assertThat(settings.mapping().contexts()).containsExactly("walbeam.context", "_bemi");
    assertThat(settings.destination().deadLetterTable()).isEqualTo("_walbeam_dead_letters");
  }

  @Test
  void aRunAnswersOnThisMachineOnlyUnlessAnAddressIsTold() throws ConfigurationProblems {
    List<String> arguments = new ArrayList<>(GOOD);
    arguments.add("--http=:8080");
    assertThat(OptionsReader.read(arguments).http()).contains(new HttpAddress("localhost", 8080));
    arguments.set(arguments.size() - 1, "--http=0.0.0.0:9000");
    assertThat(OptionsReader.read(arguments).http()).contains(new HttpAddress("0.0.0.0", 9000));
    assertThat(OptionsReader.read(GOOD).http()).isEmpty();
  }

  @Test
  void contextsMayBeOthersOrNoneButNotMessagesOfOurs() throws ConfigurationProblems {
    List<String> none = new ArrayList<>(GOOD);
    none.add("--context=");
    assertThat(OptionsReader.read(none).settings().mapping().contexts()).isEmpty();
    List<String> ours = new ArrayList<>(GOOD);
    ours.add("--context=mine, walbeam.backfill");
    ConfigurationProblems problems =
        catchThrowableOfType(ConfigurationProblems.class, () -> OptionsReader.read(ours));
    assertThat(problems.problems())
        .containsExactly("--context names walbeam.backfill, which is a message of walbeam's own.");
  }

  @Test
  void namesOfJobsBeginWithTheProgramsUnlessOneIsGiven() throws ConfigurationProblems {
    assertThat(OptionsReader.read(GOOD).options().getJobName()).startsWith("walbeam-");
    List<String> named = new ArrayList<>(GOOD);
    named.add("--jobName=shop");
    assertThat(OptionsReader.read(named).options().getJobName()).isEqualTo("shop");
  }

  @Test
  void theOptionsOfARunningJobYieldWhatItsLauncherRead() throws ConfigurationProblems {
    OptionsReader.Invocation launcher = OptionsReader.read(GOOD);
    assertThat(
            OptionsReader.settings(
                launcher.options(),
                launcher.settings().run().start(),
                launcher.settings().run().token()))
        .usingRecursiveComparison()
        .withEqualsForType(
            (left, right) -> left.pattern().equals(right.pattern()), java.util.regex.Pattern.class)
        .isEqualTo(launcher.settings());
  }

  @Test
  void whatGoesWithOneDestinationIsRefusedWithAnother() {
    assertThat(problems("--destination=bigquery", "--fileFormat=avro", "--orderingKeys=64"))
        .anyMatch(p -> p.startsWith("--fileFormat goes with"))
        .anyMatch(p -> p.startsWith("--orderingKeys goes with"));
    assertThat(
            problems(
                "--destination=pubsub:projects/p/topics/abc",
                "--stateDirectory=file:///d",
                "--orderingKeys=0"))
        .contains("--orderingKeys is rows, or a number from 1 to 9999.");
    assertThat(
            problems("--destination=file:///d", "--fileFormat=parquet", "--oversize=gs://bucket"))
        .anyMatch(p -> p.startsWith("--fileFormat"))
        .anyMatch(p -> p.startsWith("--oversize goes with"));
  }

  @Test
  void allProblemsOfACommandLineAreReportedAtOnce() {
    assertThat(
            problems(
                "--postgresUrl=mysql://x/y",
                "--slot=Bad-Slot",
                "--stopAt=later",
                "--epoch=-1",
                "--maxStaleness=ten",
                "--publicaton=p",
                "--tables=orders",
                "stray"))
        .hasSize(9)
        .anyMatch(p -> p.contains("--publicaton") && p.contains("Did you mean --publication?"))
        .anyMatch(p -> p.startsWith("--postgresUrl is of the form"))
        .anyMatch(p -> p.startsWith("--slot=Bad-Slot"))
        .anyMatch(p -> p.startsWith("--stopAt"))
        .anyMatch(p -> p.startsWith("--epoch"))
        .anyMatch(p -> p.startsWith("--maxStaleness"))
        .anyMatch(p -> p.contains("'orders' names no schema"))
        .anyMatch(p -> p.contains("'stray'"))
        .anyMatch(p -> p.startsWith("--dataset is missing"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--bigQueryEndpoint=http://localhost:9050/ | --bigQueryEndpoint is of the form",
        "--tableName=fixed | --tableName",
        "--slot= | --slot=",
        "--http=8080x | --http",
        "--http=:70000 | --http",
        "--logFormat=xml | --logFormat",
        "--dataset=a.b.c.d-e | --dataset",
        "--postgresUrl=postgresql://h/d?sslmode=maybe | sslmode",
        "--postgresUrl=postgresql://h:99999/d | The port",
        "--postgresUrl=postgresql://h | names no database",
        "--postgresUrl=postgresql://h/d?loggerLevel=TRACE | loggerLevel",
        "--debug=perhaps | --debug",
      })
  void eachWrongOptionIsNamed(String argument, String expected) {
    List<String> arguments = new ArrayList<>(GOOD);
    String name = argument.substring(0, argument.indexOf('=') + 1);
    arguments.removeIf(a -> a.startsWith(name));
    arguments.add(argument);
    assertThat(problems(arguments.toArray(new String[0])))
        .singleElement()
        .asString()
        .contains(expected);
  }

  @Test
  void aPasswordInTheUrlIsRefusedAndNeverShown() {
    assertThat(
            problems(
                "--postgresUrl=postgresql://me:hunter2@h/d?password=hunter3", "--dataset=p1.d"))
        .hasSize(2)
        .allMatch(p -> p.contains("--postgresPassword"))
        .noneMatch(p -> p.contains("hunter"));
  }

  private static List<String> onDataflow(String url, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--runner=DataflowRunner", "--dataset=p1.d", "--postgresUrl=" + url));
    arguments.addAll(List.of(more));
    return problems(arguments.toArray(new String[0]));
  }

  @Test
  void aMissingOrEmptyPasswordIsNamedWhereOnlyASecretWillDo() {
    String url = "postgresql://me@h/d";
    String certificate = "?sslcert=gs://b/c&sslkey=secret:projects/p/secrets/k/versions/1";
    assertThat(onDataflow(url))
        .singleElement()
        .asString()
        .contains("--postgresPassword is missing");
    assertThat(onDataflow(url, "--postgresPassword="))
        .singleElement()
        .asString()
        .contains("secret:projects/p/secrets/s/versions/v");
    assertThatCode(
            () ->
                OptionsReader.read(
                    List.of(
                        "--runner=DataflowRunner",
                        "--dataset=p1.d",
                        "--postgresUrl=" + url + certificate)))
        .doesNotThrowAnyException();
  }

  @Test
  void filesOfThisMachineAreRefusedForWorkers() {
    assertThat(
            onDataflow(
                "postgresql://me@h/d?sslrootcert=/ca.crt&sslcert=file:/c&sslkey=env:KEY",
                "--postgresPassword=secret:projects/p/secrets/s/versions/1"))
        .hasSize(3)
        .allMatch(p -> p.contains("gs://bucket/object"));
  }

  @Test
  void aPlainPasswordIsRefusedWhereTheJobDescriptionIsStored() {
    List<String> arguments = new ArrayList<>(GOOD);
    arguments.add("--runner=DataflowRunner");
    arguments.add("--stopAt=now");
    assertThat(problems(arguments.toArray(new String[0])))
        .hasSize(2)
        .anyMatch(p -> p.contains("secret:projects"))
        .anyMatch(
            p -> p.startsWith("--stopAt=now and --snapshot=only do not work with DataflowRunner"));
  }

  @Test
  void aPlainPasswordIsRefusedForEveryRunnerWithWorkers() throws ConfigurationProblems {
    String runner = "--runner=" + CrashingRunner.class.getName();
    List<String> arguments = new ArrayList<>(GOOD);
    arguments.removeIf(argument -> argument.startsWith("--postgresPassword="));
    arguments.add(runner);
    assertThat(problems(with(arguments, "--postgresPassword=hunter2")))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem)
                    .contains("CrashingRunner", "env:NAME")
                    .doesNotContain("hunter2"));
    for (String stored : List.of("env:HOME", "file:/run/secrets/pg", "")) {
      OptionsReader.read(List.of(with(arguments, "--postgresPassword=" + stored)));
    }
  }

  private static String[] with(List<String> arguments, String more) {
    List<String> all = new ArrayList<>(arguments);
    all.add(more);
    return all.toArray(new String[0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:postgresql://h:1/d | h | 1 | d | u",
        "postgresql://h/d | h | 5432 | d | u",
        "postgresql://[::1]:6000/d | ::1 | 6000 | d | u",
        "postgres://own%40role@h/my%20db | h | 5432 | my db | u",
        "jdbc:postgresql://h/d?user=x | h | 5432 | d | u",
      })
  void urlsOfBothFormsAreRead(String url, String host, int port, String database, String user)
      throws ConfigurationProblems {
    JobSettings settings =
        OptionsReader.read(List.of("--postgresUrl=" + url, "--postgresUser=u", "--dataset=p1.d"))
            .settings();
    assertThat(settings.replication().postgres().host()).isEqualTo(host);
    assertThat(settings.replication().postgres().port()).isEqualTo(port);
    assertThat(settings.replication().postgres().database()).isEqualTo(database);
    assertThat(settings.replication().postgres().user()).isEqualTo(user);
  }

  @Test
  void theUrlsUserIsTakenWhenThereIsNoOption() throws ConfigurationProblems {
    JobSettings settings =
        OptionsReader.read(List.of("--postgresUrl=postgresql://own%40role@h/d", "--dataset=p1.d"))
            .settings();
    assertThat(settings.replication().postgres().user()).isEqualTo("own@role");
  }

  @Test
  void patternsSelectTablesAndExclusionsWin() throws ConfigurationProblems {
    List<String> arguments = new ArrayList<>(GOOD);
    arguments.add("--tables=public.*,sales.ord*,\"Weird \"\"Schema\"\"\".\"a.b,c\"");
    arguments.add("--excludeTables=public.audit_*");
    JobSettings settings = OptionsReader.read(arguments).settings();
    assertThat(settings.tables().matches(new TableId("public", "customers"))).isTrue();
    assertThat(settings.tables().matches(new TableId("public", "audit_2024"))).isFalse();
    assertThat(settings.tables().matches(new TableId("sales", "orders"))).isTrue();
    assertThat(settings.tables().matches(new TableId("sales", "customers"))).isFalse();
    assertThat(settings.tables().matches(new TableId("Weird \"Schema\"", "a.b,c"))).isTrue();
  }

  private static List<String> problems(String... arguments) {
    ConfigurationProblems thrown =
        catchThrowableOfType(
            ConfigurationProblems.class, () -> OptionsReader.read(List.of(arguments)));
    return thrown.problems();
  }
}
