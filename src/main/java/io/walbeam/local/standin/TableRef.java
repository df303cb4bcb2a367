package io.walbeam.local.standin;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The full name of a table. */
public record TableRef(String project, String dataset, String table) {
  private static final Pattern DEFAULT_STREAM =
      Pattern.compile("projects/([^/]+)/datasets/([^/]+)/tables/([^/]+)/(?:streams/)?_default");

  /** The table of a default stream's name, null if the name is of another form. */
  public static @Nullable TableRef ofDefaultStream(String stream) {
    Matcher matcher = DEFAULT_STREAM.matcher(stream);
    return matcher.matches()
        ? new TableRef(matcher.group(1), matcher.group(2), matcher.group(3))
        : null;
  }

  public String colonForm() {
    return project + ":" + dataset + "." + table;
  }

  public String dotted() {
    return project + "." + dataset + "." + table;
  }

  public String streamName() {
    return path() + "/streams/_default";
  }

  String path() {
    return "projects/" + project + "/datasets/" + dataset + "/tables/" + table;
  }
}
