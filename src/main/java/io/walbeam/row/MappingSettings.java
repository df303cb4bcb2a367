package io.walbeam.row;

import java.io.Serializable;

/**
 * What the operator chose about tables.
 *
 * @param maxStaleness ISO-8601 duration, or empty for none
 */
public record MappingSettings(TableNameTemplate tableName, String maxStaleness)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
