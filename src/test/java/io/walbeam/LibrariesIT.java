package io.walbeam;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing is shipped at a version that nobody has reviewed. */
class LibrariesIT {
  private static final Path DOCUMENT = Path.of("docs/libraries.md");

  private static final String BEGIN = "```text\n";
  private static final String END = "```\n";

  @Test
  void everyLibraryOfTheBuildWasReviewedAtItsVersion() throws IOException {
    List<String> shipped = shipped();
    String text = Files.readString(DOCUMENT);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    if (Boolean.getBoolean("walbeam.libraries.write")) {
      text = text.substring(0, begin) + String.join("\n", shipped) + "\n" + END;
      Files.writeString(DOCUMENT, text);
    }
    assertThat(text.substring(begin, text.indexOf(END, begin)).lines().toList())
        .as("review what is new, and write the list as docs/libraries.md says")
        .isEqualTo(shipped);
  }

  private static List<String> shipped() throws IOException {
    Path directory =
        Path.of(System.getProperty("walbeam.build.directory", "target")).resolve("lib");
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString().replaceFirst("\\.jar$", ""))
          .sorted()
          .toList();
    }
  }
}
