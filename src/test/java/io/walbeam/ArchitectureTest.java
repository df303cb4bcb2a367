package io.walbeam;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which package may import which. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.walbeam");

  /** Package to the packages of walbeam it may import; those not named here are checked apart. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          Map.entry("change", List.of()),
          Map.entry("failure", List.of()),
          Map.entry("secret", List.of("failure")),
          Map.entry("postgres.pgoutput", List.of("change", "failure")),
          Map.entry("postgres.tls", List.of("failure", "secret")),
          Map.entry(
              "postgres",
              List.of("postgres.pgoutput", "postgres.tls", "change", "failure", "secret")),
          Map.entry(
              "source",
              List.of(
                  "batch",
                  "postgres",
                  "postgres.pgoutput",
                  "metrics",
                  "change",
                  "failure",
                  "secret")),
          Map.entry("metrics", List.of()),
          Map.entry("batch", List.of("postgres", "postgres.pgoutput", "change", "failure")),
          Map.entry("row", List.of("change", "failure")),
          Map.entry("deadletter", List.of("change", "failure")),
          Map.entry("sink", List.of("row", "deadletter", "change", "failure")),
          Map.entry("sink.bigquery", List.of("sink", "row", "deadletter", "change", "failure")),
          Map.entry("sink.file", List.of("sink", "row", "deadletter", "change", "failure")),
          Map.entry(
              "sink.pubsub",
              List.of("sink.file", "sink", "row", "deadletter", "change", "failure")),
          Map.entry("dump", List.of("postgres", "row", "sink", "deadletter", "change", "failure")),
          Map.entry(
              "progress", List.of("batch", "sink", "source", "postgres", "change", "failure")),
          Map.entry(
              "write",
              List.of(
                  "batch",
                  "postgres",
                  "postgres.pgoutput",
                  "progress",
                  "row",
                  "sink",
                  "deadletter",
                  "change",
                  "failure")),
          Map.entry(
              "job",
              List.of(
                  "write",
                  "dump",
                  "progress",
                  "source",
                  "batch",
                  "postgres",
                  "row",
                  "sink",
                  "deadletter",
                  "metrics",
                  "change",
                  "failure")),
          Map.entry(
              "options",
              List.of(
                  "job",
                  "dump",
                  "postgres",
                  "row",
                  "sink",
                  "sink.bigquery",
                  "sink.file",
                  "sink.pubsub",
                  "secret",
                  "change",
                  "failure")),
          Map.entry(
              "doctor", List.of("postgres", "postgres.tls", "row", "sink", "change", "failure")),
          Map.entry("verify", List.of("write", "postgres", "row", "sink", "change", "failure")),
          Map.entry(
              "command",
              List.of(
                  "job",
                  "verify",
                  "doctor",
                  "options",
                  "dump",
                  "source",
                  "postgres",
                  "sink",
                  "row",
                  "metrics",
                  "change",
                  "failure")));

  /** What the parts of the stand-in may import: from what is kept to what is spoken. */
  private static final Map<String, List<String>> STAND_IN =
      Map.of(
          "local.standin", List.of(),
          "local.standin.pubsub", List.of(),
          "local.standin.store", List.of("local.standin"),
          "local.standin.sql", List.of("local.standin", "local.standin.store"),
          "local.standin.rest",
              List.of("local.standin", "local.standin.store", "local.standin.sql"),
          "local.standin.append",
              List.of("local.standin", "local.standin.store", "local.standin.sql"));

  @Test
  void everyPackageImportsOnlyWhatTheDesignAllows() {
    ARROWS.forEach(ArchitectureTest::importsOnly);
  }

  /**
   * So nothing of the product either: the stand-in's worth is its independence. It knows BigQuery's
   * documentation, not our code.
   */
  @Test
  void thePartsOfTheStandInImportOnlyWhatIsBelowThem() {
    STAND_IN.forEach(ArchitectureTest::importsOnly);
  }

  @Test
  void everyPackageIsChecked() {
    Set<String> checked = new HashSet<>(ARROWS.keySet());
    checked.addAll(STAND_IN.keySet());
    assertThat(
            CLASSES.stream()
                .map(JavaClass::getPackageName)
                .map(name -> name.substring(name.indexOf("walbeam") + "walbeam".length()))
                .map(name -> name.replaceFirst("^\\.", ""))
                .filter(
                    name -> !name.isEmpty() && !name.matches("local(\\.(demo|bench|live|chaos))?")))
        .isSubsetOf(checked);
  }

  /** Of walbeam's packages, {@code name} imports none but {@code allowed}. */
  private static void importsOnly(String name, List<String> allowed) {
    List<String> packages = new ArrayList<>();
    packages.add("io.walbeam." + name);
    allowed.forEach(other -> packages.add("io.walbeam." + other));
    classes()
        .that(resideInAPackage("io.walbeam." + name))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(packages.toArray(new String[0]))
                .or(not(resideInAPackage("io.walbeam.."))))
        .because("the table in ARCHITECTURE.md")
        .check(CLASSES);
  }

  @Test
  void nothingImportsTheLocalPart() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.walbeam.local..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.walbeam.local..")
        .check(CLASSES);
  }

  /** The server puts the stand-in together; programs around it are not part of it. */
  @Test
  void demonstrationsBenchmarksAndLiveChecksAreKnownToTheEntryPointOnly() {
    noClasses()
        .that(resideInAPackage("io.walbeam.local").and(not(simpleName("WalbeamLocal"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.walbeam.local.demo..",
            "io.walbeam.local.bench..",
            "io.walbeam.local.live..",
            "io.walbeam.local.chaos..")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.walbeam.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void noTwoClassesNeedEachOther() {
    assertThat(ClassCycles.of(CLASSES)).isEmpty();
  }

  @Test
  void beamIsOnlyWhereThePipelineIs() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.walbeam.change..",
            "io.walbeam.failure..",
            "io.walbeam.secret..",
            "io.walbeam.postgres..",
            "io.walbeam.row..",
            "io.walbeam.sink..",
            "io.walbeam.deadletter..",
            "io.walbeam.dump..",
            "io.walbeam.write..")
        .and()
        // It is a shell around Beam's file systems, which know every bucket.
        .haveNameNotMatching("io[.]walbeam[.]sink[.]file[.]RemoteStorage.*")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.beam..")
        .check(CLASSES);
  }

  @Test
  void onlyThePostgresPackageKnowsTheDriver() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.walbeam.postgres..", "io.walbeam.local..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.postgresql..")
        .check(CLASSES);
  }

  @Test
  void onlyPostgresDoctorAndLocalUseJdbc() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.walbeam.postgres..", "io.walbeam.doctor..", "io.walbeam.local..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.sql..")
        .check(CLASSES);
  }

  @Test
  void theVocabularyAndTheErrorModelNeedOnlyTheJdk() {
    classes()
        .that(resideInAnyPackage("io.walbeam.change..", "io.walbeam.failure.."))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..", "io.walbeam.change..", "io.walbeam.failure..", "org.jspecify.."))
        .check(CLASSES);
  }

  @Test
  void noClassNameHidesItsJob() {
    ArchRule rule =
        noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)");
    rule.check(CLASSES);
  }
}
