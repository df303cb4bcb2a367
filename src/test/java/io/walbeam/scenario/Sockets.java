package io.walbeam.scenario;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which process has which TCP connection, as {@code /proc} shows it. */
final class Sockets {
  private static final int LOCAL_ADDRESS = 1;
  private static final int INODE = 9;

  private Sockets() {}

  /** Whether the process has a socket with this local port, four upper-case hexadecimal digits. */
  static boolean ownsLocalPort(long pid, String hexPort) throws IOException {
    Set<String> inodes = new HashSet<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table))) {
        String[] fields = line.trim().split("\\s+", -1);
        if (fields[LOCAL_ADDRESS].toUpperCase(Locale.ROOT).endsWith(":" + hexPort)) {
          inodes.add("socket:[" + fields[INODE] + "]");
        }
      }
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files) {
        if (Files.isSymbolicLink(file) && inodes.contains(target(file))) {
          return true;
        }
      }
    }
    return false;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
