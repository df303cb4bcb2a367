package io.walbeam.options;

/** What kind of place {@code --destination} names. */
enum DestinationKind {
  /** Tables. */
  BIGQUERY("bigquery"),
  /** A topic, which follows the prefix. */
  PUBSUB("pubsub:"),
  /** A directory or a bucket, named by a URI: whatever is none of the others, right or wrong. */
  FILES("");

  private final String prefix;

  DestinationKind(String prefix) {
    this.prefix = prefix;
  }

  static DestinationKind of(WalbeamOptions options) {
    String name = options.getDestination();
    if (name.equals(BIGQUERY.prefix)) {
      return BIGQUERY;
    }
    return name.startsWith(PUBSUB.prefix) ? PUBSUB : FILES;
  }

  /** What the place is called among those of its kind. */
  String place(WalbeamOptions options) {
    return options.getDestination().substring(prefix.length());
  }
}
