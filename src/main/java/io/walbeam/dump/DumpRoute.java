package io.walbeam.dump;

import io.walbeam.change.Relation;
import io.walbeam.row.ChangelogMapping;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.TableMapping;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of a dumped table go.
 *
 * @param replica null if the table has no key or only its changelog is wanted
 * @param changelog null if it is not wanted
 */
public record DumpRoute(
    Relation relation,
    KeyColumns key,
    @Nullable TableMapping replica,
    @Nullable ChangelogMapping changelog) {}
