package io.walbeam.row;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One line of {@code round-trips.tsv}: a value of PostgreSQL and what BigQuery shows of it.
 *
 * @param type as SQL names it, modifiers with it
 * @param literal SQL of the value
 * @param destinationType BigQuery's type of the column
 * @param cell what BigQuery shows, or {@code !} and the class of the dead letter
 * @param element the value's JSON inside an array, if it is to be tried in one
 * @param since the first major version of PostgreSQL that has it
 */
public record RoundTripCase(
    String type,
    String literal,
    String destinationType,
    String cell,
    Optional<String> element,
    int since) {
  private static final String FILE = "round-trips.tsv";
  private static final String NOTHING = "-";
  private static final int FIELDS = 6;

  /** Every case, in the order of the file. */
  public static List<RoundTripCase> all() {
    return lines().stream()
        .filter(line -> !line.startsWith("#") && !line.startsWith("!"))
        .map(RoundTripCase::parse)
        .toList();
  }

  /** The statements that make extensions and types. */
  public static List<String> setup() {
    return lines().stream()
        .filter(line -> line.startsWith("!"))
        .map(line -> line.substring(1))
        .toList();
  }

  /** Whether the row is a dead letter. */
  public boolean refused() {
    return cell.startsWith("!");
  }

  /** The class of its dead letter. */
  public String errorClass() {
    return cell.substring(1);
  }

  /** The type's name without modifiers and quotes: {@code char} for {@code "char"}. */
  public String typeName() {
    return type.replaceAll("\\(.*\\)", "").replace("\"", "");
  }

  private static RoundTripCase parse(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(FILE + " has a line of another form: " + line);
    }
    return new RoundTripCase(
        fields[0],
        fields[1],
        fields[2],
        fields[2].equals("STRING") ? fields[3].translateEscapes() : fields[3],
        fields[4].equals(NOTHING) ? Optional.empty() : Optional.of(fields[4]),
        fields[5].equals(NOTHING) ? 0 : Integer.parseInt(fields[5]));
  }

  private static List<String> lines() {
    try (InputStream file =
        Objects.requireNonNull(RoundTripCase.class.getResourceAsStream(FILE), FILE)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
