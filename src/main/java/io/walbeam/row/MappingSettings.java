package io.walbeam.row;

/**
 * What the operator chose about tables.
 *
 * @param maxStaleness ISO-8601 duration, or empty for none
 */
public record MappingSettings(TableNameTemplate tableName, String maxStaleness) {}
