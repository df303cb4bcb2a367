package io.walbeam.postgres;

import io.walbeam.change.Relation;
import io.walbeam.change.TypeName;
import java.util.List;
import java.util.Map;

/**
 * A published table as the catalogue describes it now, in the stream's terms.
 *
 * @param relation as a relation message would describe it
 * @param types the types that the stream would announce before it, by object identifier
 * @param columnTypes SQL names of the columns' types, in the order of the relation's columns
 * @param primaryKey columns of the immediate primary key in key order, empty if there is none
 * @param rowFilter SQL condition of the publication, empty if it publishes every row
 * @param heap whether rows have a physical address that a range of pages can be read by
 * @param estimatedRows the planner's estimate, -1 if it has none
 * @param shape text that another set of columns, or of their types, does not have
 */
public record PublishedTable(
    Relation relation,
    Map<Integer, TypeName> types,
    List<String> columnTypes,
    List<String> primaryKey,
    String rowFilter,
    boolean heap,
    double estimatedRows,
    String shape) {
  public PublishedTable {
    types = Map.copyOf(types);
    columnTypes = List.copyOf(columnTypes);
    primaryKey = List.copyOf(primaryKey);
  }
}
