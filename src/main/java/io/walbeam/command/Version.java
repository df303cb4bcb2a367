package io.walbeam.command;

import java.util.Optional;
import org.apache.beam.sdk.util.ReleaseInfo;

/** Which program this is, for people who report something. */
final class Version {
  private Version() {}

  /** One line: walbeam's version, Beam's and Java's. */
  static String describe() {
    String own =
        Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
            .orElse("(development)");
    return "walbeam "
        + own
        + ", Beam "
        + ReleaseInfo.getReleaseInfo().getVersion()
        + ", Java "
        + Runtime.version().feature();
  }
}
