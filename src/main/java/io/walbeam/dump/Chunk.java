package io.walbeam.dump;

import io.walbeam.postgres.PhysicalTable;
import io.walbeam.postgres.TableRange;

/**
 * A part of a table that is read at once.
 *
 * @param index counts the chunks of one dump from 0
 * @param leafIndex place of the leaf among all of the table
 * @param resume where the next chunk begins, if everything before it is done; empty if a restart
 *     cannot go on there
 */
record Chunk(int index, int leafIndex, PhysicalTable leaf, TableRange range, String resume) {}
