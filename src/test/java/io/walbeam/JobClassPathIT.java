package io.walbeam;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What a launched job stages: {@code walbeam.jar} and {@code lib/}, as the build has left them and
 * the template's image takes them.
 */
class JobClassPathIT {
  private static final Path TARGET =
      Path.of(System.getProperty("walbeam.build.directory", "target"));

  private static final List<String> OF_THE_LOCAL_PART =
      List.of(
          "io/walbeam/local/", "org/duckdb/", "com/linecorp/armeria/", "io/zonky/", "org/junit/");

  @Test
  void nothingOfTheLocalPartOrOfTheTestsIsStaged() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path jar : jars()) {
      try (JarFile file = new JarFile(jar.toFile())) {
        file.stream()
            .map(JarEntry::getName)
            .filter(name -> OF_THE_LOCAL_PART.stream().anyMatch(name::startsWith))
            .forEach(name -> found.add(jar.getFileName() + "!" + name));
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void theJarNamesExactlyTheLibrariesBesideIt() throws IOException {
    try (JarFile jar = new JarFile(TARGET.resolve("walbeam.jar").toFile())) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue(Attributes.Name.MAIN_CLASS)).isEqualTo("io.walbeam.Walbeam");
      List<String> libraries = new ArrayList<>();
      for (Path library : libraries()) {
        libraries.add("lib/" + library.getFileName());
      }
      assertThat(manifest.getValue(Attributes.Name.CLASS_PATH).split(" "))
          .containsExactlyInAnyOrderElementsOf(libraries);
    }
  }

  private static List<Path> jars() throws IOException {
    List<Path> jars = new ArrayList<>(libraries());
    jars.add(TARGET.resolve("walbeam.jar"));
    return jars;
  }

  private static List<Path> libraries() throws IOException {
    try (Stream<Path> files = Files.list(TARGET.resolve("lib"))) {
      return files.toList();
    }
  }
}
