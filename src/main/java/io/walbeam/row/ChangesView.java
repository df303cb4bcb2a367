package io.walbeam.row;

import java.util.Optional;

/**
 * The view of a changelog in which each change is once, with the context of its transaction.
 *
 * @param name inside the dataset
 * @param description shown to users
 * @param history the view upon it in which each version of a row is once
 */
public record ChangesView(String name, String description, Optional<HistoryView> history) {}
