package io.walbeam.doctor;

import io.walbeam.change.RelationColumn;

/**
 * A column that a run would write.
 *
 * @param name in the destination
 * @param key whether it is part of the destination's key
 */
public record WantedColumn(String name, RelationColumn source, boolean key) {}
