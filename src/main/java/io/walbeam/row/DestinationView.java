package io.walbeam.row;

import java.util.List;

/**
 * A view of a table whose rows may be there twice, which shows each of them once.
 *
 * @param name inside the dataset
 * @param identity columns of the table; rows that are alike in all of them are the same row
 * @param description shown to users
 */
public record DestinationView(String name, List<String> identity, String description) {
  public DestinationView {
    identity = List.copyOf(identity);
  }
}
