package io.walbeam.dump;

import io.walbeam.change.TableId;
import java.util.List;

/** What is asked for and not done, as far as one dump needs to know of the others. Thread-safe. */
interface Requests {
  /** The tables that are dumped next, without those of which a dump is under way. */
  List<TableId> waiting(int most);

  /** Highest position of a request that is known, unsigned; 0 if there is none. */
  long latestRequest();
}
