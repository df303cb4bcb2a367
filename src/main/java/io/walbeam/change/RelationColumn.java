package io.walbeam.change;

/**
 * One column as the relation message describes it.
 *
 * @param typeOid object identifier of the type, unsigned 32 bits
 * @param typeModifier {@code atttypmod}, -1 for none
 * @param identity whether the column is part of the replica identity (under FULL: every column)
 */
public record RelationColumn(String name, int typeOid, int typeModifier, boolean identity) {}
