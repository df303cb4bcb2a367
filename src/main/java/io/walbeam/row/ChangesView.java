package io.walbeam.row;

/**
 * The view of a changelog in which each change is once, with the context of its transaction.
 *
 * @param name inside the dataset
 * @param description shown to users
 */
public record ChangesView(String name, String description) {}
