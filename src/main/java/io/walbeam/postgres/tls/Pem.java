package io.walbeam.postgres.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a PEM text (RFC 7468).
 *
 * @param label what stands between BEGIN and the dashes, such as {@code PRIVATE KEY}
 * @param headers lines like {@code Proc-Type: 4,ENCRYPTED} of the older form (RFC 1421)
 */
record Pem(String label, String headers, byte[] content) {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ([A-Z0-9 ]+)-----\\s*((?:[A-Za-z-]+:[^\\n]*\\n)*)([^-]*)-----END \\1-----");

  /** The blocks of {@code bytes}, none if it is not PEM. */
  static List<Pem> read(byte[] bytes) {
    List<Pem> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      byte[] content = Base64.getMimeDecoder().decode(matcher.group(3));
      blocks.add(new Pem(matcher.group(1), matcher.group(2), content));
    }
    return blocks;
  }
}
