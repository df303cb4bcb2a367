package io.walbeam.local.standin.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.TableRef;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a table is at one moment: immutable, replaced as a whole by patch and update.
 *
 * @param id number of the physical table; a table that was deleted and created again has another
 * @param version raised by each patch or update
 * @param resource the REST resource as it was given, normalised; not to be changed
 * @param primaryKey column names as the schema spells them, empty without a key
 */
public record TableDefinition(
    TableRef ref,
    long id,
    long version,
    ObjectNode resource,
    List<Column> columns,
    List<String> primaryKey) {

  static TableDefinition of(TableRef ref, long id, long version, ObjectNode resource) {
    Column.normalise(resource.path("schema").path("fields"));
    List<Column> columns = Column.parseAll(resource.path("schema").path("fields"));
    List<String> key =
        Json.texts(resource.path("tableConstraints").path("primaryKey").path("columns"));
    TableDefinition raw = new TableDefinition(ref, id, version, resource, columns, List.of());
    List<String> spelled =
        key.stream()
            .map(
                name -> {
                  Column column = raw.column(name);
                  return column == null ? name : column.name();
                })
            .toList();
    return new TableDefinition(ref, id, version, resource, columns, spelled);
  }

  /** Whether it is the same version of the same table. */
  public boolean sameAs(TableDefinition other) {
    return id == other.id && version == other.version;
  }

  public boolean isView() {
    return resource.hasNonNull("view");
  }

  public String viewQuery() {
    return resource.path("view").path("query").asText("");
  }

  public String physicalName() {
    return "t" + id;
  }

  public String etag() {
    return "\"" + Long.toHexString(id) + "." + Long.toHexString(version) + "\"";
  }

  @Nullable Column column(String name) {
    int index = indexOf(name);
    return index < 0 ? null : columns.get(index);
  }

  /** Index of a column by name, ignoring case; -1 if there is none. */
  public int indexOf(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().toLowerCase(Locale.ROOT).equals(wanted)) {
        return i;
      }
    }
    return -1;
  }
}
