package io.walbeam.options;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Options from a YAML file: one mapping of names to values or lists of values. Values are taken as
 * they are written, so {@code on} is no truth value. Messages never quote the file.
 */
final class ConfigFile {
  private final String path;
  private final List<String> problems;

  private ConfigFile(String path, List<String> problems) {
    this.path = path;
    this.problems = problems;
  }

  /** The options of the file at {@code path}; what is wrong with it is added to the problems. */
  static List<GivenOption> read(String path, List<String> problems) {
    return new ConfigFile(path, problems).read();
  }

  private List<GivenOption> read() {
    try {
      @Nullable Node root = compose(Files.readString(Path.of(path)));
      if (root == null) {
        return List.of();
      }
      if (root instanceof MappingNode mapping) {
        return options(mapping);
      }
      problem("is no mapping; write one name: value a line.");
    } catch (CharacterCodingException e) {
      problem("is not UTF-8.");
    } catch (IOException | java.nio.file.InvalidPathException e) {
      problems.add("--config=" + path + " cannot be read.");
    } catch (MarkedYAMLException e) {
      Optional<Integer> line = Optional.ofNullable(e.getProblemMark()).map(mark -> mark.getLine());
      problem("is no YAML" + line.map(at -> ", see line " + (at + 1)).orElse("") + ".");
    } catch (YAMLException e) {
      problem("is no YAML.");
    }
    return List.of();
  }

  private static @Nullable Node compose(String text) {
    LoaderOptions loader = new LoaderOptions();
    return new Yaml(new SafeConstructor(loader)).compose(new java.io.StringReader(text));
  }

  private List<GivenOption> options(MappingNode mapping) {
    List<GivenOption> found = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (NodeTuple entry : mapping.getValue()) {
      int line = entry.getKeyNode().getStartMark().getLine() + 1;
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        problem("has a name in line " + line + " that is none.");
        continue;
      }
      String name = key.getValue();
      if (!seen.add(name)) {
        problem("has " + name + " twice; give it once.");
        continue;
      }
      Optional<String> value = value(entry.getValueNode());
      if (value.isPresent()) {
        found.add(new GivenOption(name, value.get(), false, "line " + line + " of " + path));
      } else {
        problem("has no value for " + name + " in line " + line + "; give a text or a list.");
      }
    }
    return found;
  }

  private static Optional<String> value(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getTag().equals(Tag.NULL) ? Optional.empty() : Optional.of(scalar.getValue());
    }
    if (node instanceof SequenceNode sequence
        && sequence.getValue().stream().allMatch(ScalarNode.class::isInstance)) {
      return Optional.of(
          sequence.getValue().stream()
              .map(item -> ((ScalarNode) item).getValue())
              .collect(Collectors.joining(",")));
    }
    return Optional.empty();
  }

  private void problem(String what) {
    problems.add("The file " + path + " of --config " + what);
  }
}
