package io.walbeam;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written beside the code stays true to it. */
class DocumentsTest {
  private static final Pattern SUPPRESSION = Pattern.compile("@SuppressWarnings\\(");

  /** A reason behind the annotation, or on a comment line before it. */
  private static final Pattern REASON = Pattern.compile(".*// .{8,}");

  /** Shorter pieces of a message prove nothing. */
  private static final int SHORTEST_PIECE = 8;

  private static List<Path> sources(String root) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(root))) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  @Test
  void everyPackageSaysWhatItHolds() throws Exception {
    Set<Path> packages = new TreeSet<>();
    for (Path file : sources("src/main/java")) {
      packages.add(file.resolveSibling("package-info.java"));
    }
    assertThat(packages).isNotEmpty();
    for (Path info : packages) {
      assertThat(info).exists();
      assertThat(Files.readString(info)).as(info.toString()).startsWith("/**");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"src/main/java", "src/test/java"})
  void everySuppressionHasAReason(String root) throws Exception {
    List<String> without = new ArrayList<>();
    for (Path file : sources(root)) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i).strip();
        boolean explained =
            REASON.matcher(line).matches() || (i > 0 && lines.get(i - 1).strip().startsWith("// "));
        if (SUPPRESSION.matcher(line).lookingAt() && !explained) {
          without.add(file + ":" + (i + 1));
        }
      }
    }
    assertThat(without).isEmpty();
  }

  @Test
  void everyMessageOfTheTroubleshootingTableIsInTheCode() throws Exception {
    StringBuilder code = new StringBuilder();
    for (Path file : sources("src/main/java")) {
      // Literals that are joined over several lines are one text.
      code.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
    }
    List<String> rows = troubleshooting();
    assertThat(rows).hasSizeGreaterThan(30);
    for (String row : rows) {
      String message = row.split("\\|", -1)[1].strip();
      for (String piece : message.split("…", -1)) {
        String text = piece.strip();
        if (text.length() >= SHORTEST_PIECE) {
          assertThat(code).as(message).contains(text);
        }
      }
    }
  }

  private static List<String> troubleshooting() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("docs", "troubleshooting.md"))) {
      if (line.startsWith("| ") && !line.startsWith("| message")) {
        rows.add(line);
      }
    }
    return rows;
  }

  @Test
  void everyClassOnTheWayOfAnUpdateIsThere() throws Exception {
    Set<String> classes = new TreeSet<>();
    for (Path file : sources("src/main/java")) {
      classes.add(file.getFileName().toString().replace(".java", ""));
    }
    String text = Files.readString(Path.of("ARCHITECTURE.md"));
    int begin = text.indexOf("## The way of one UPDATE");
    String way = text.substring(begin, text.indexOf("\n## ", begin));
    List<String> named =
        Pattern.compile("`([A-Z][A-Za-z]+)`")
            .matcher(way)
            .results()
            .map(match -> match.group(1))
            .filter(name -> !name.equals("ArchitectureTest"))
            .toList();
    assertThat(named).hasSizeGreaterThan(25);
    assertThat(classes).containsAll(named);
  }

  @Test
  void everyFileOfTheEightChangesIsThere() throws Exception {
    String text = Files.readString(Path.of("CONTRIBUTING.md"));
    int begin = text.indexOf("## Eight changes");
    String changes = text.substring(begin, text.indexOf("\n## ", begin));
    List<Path> named =
        Pattern.compile("`([a-z]+(/[a-z]+)?/[A-Z][A-Za-z]+)`")
            .matcher(changes)
            .results()
            .map(match -> Path.of("src/main/java/io/walbeam", match.group(1) + ".java"))
            .toList();
    assertThat(named).hasSizeGreaterThan(10).allMatch(Files::exists);
  }

  @Test
  void everyScriptThatADocumentNamesIsThere() throws Exception {
    Pattern script = Pattern.compile("scripts/(bench )?[a-z0-9-]+");
    List<String> documents =
        new ArrayList<>(List.of("README.md", "CONTRIBUTING.md", "templates/README.md"));
    try (Stream<Path> docs = Files.list(Path.of("docs"))) {
      docs.map(Path::toString).sorted().forEach(documents::add);
    }
    assertThat(documents).hasSizeGreaterThan(10);
    for (String document : documents) {
      script
          .matcher(Files.readString(Path.of(document)))
          .results()
          .map(found -> found.group().replace("bench ", "bench.d/"))
          .forEach(name -> assertThat(Path.of(name)).as(document).exists());
    }
  }
}
