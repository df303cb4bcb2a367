package io.walbeam.postgres.tls;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.secret.SecretResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads certificates and keys from where connection properties say they are. */
final class CertificateFiles {
  /** libpq's rule: nobody but the owner, or the group of a file that root owns, to read. */
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final SecretResolver resolver;

  CertificateFiles(SecretResolver resolver) {
    this.resolver = resolver;
  }

  /** The certificates at {@code location}, PEM or DER, at least one. */
  List<X509Certificate> certificates(String property, String location) {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Certificate certificate :
          factory.generateCertificates(new ByteArrayInputStream(resolver.content(location)))) {
        certificates.add((X509Certificate) certificate);
      }
    } catch (CertificateException e) {
      throw noCertificate(property, location, e);
    }
    if (certificates.isEmpty()) {
      throw noCertificate(property, location, null);
    }
    return certificates;
  }

  /** The private key at {@code location}. */
  PrivateKey key(String location) {
    SecretResolver.localPath(location).ifPresent(CertificateFiles::refuseOpenFile);
    return PrivateKeys.read(location, resolver.content(location));
  }

  private static void refuseOpenFile(String path) {
    try {
      PosixFileAttributes file = Files.readAttributes(Path.of(path), PosixFileAttributes.class);
      Set<PosixFilePermission> permissions = file.permissions();
      boolean ofRoot = file.owner().getName().equals("root");
      boolean open =
          permissions.stream().anyMatch(OTHERS::contains)
              || (permissions.contains(PosixFilePermission.GROUP_READ) && !ofRoot);
      if (open) {
        throw new WalbeamException(
            FailureKind.CONFIGURATION,
            "The private key " + path + " may be read by others than its owner.",
            "Run chmod 600 on it; or keep it in Secret Manager and give sslkey=secret:....");
      }
    } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
      // Not there, which the read says better; or no POSIX file system, which has no such bits.
    }
  }

  private static WalbeamException noCertificate(
      String property, String location, @org.jspecify.annotations.Nullable Throwable cause) {
    return new WalbeamException(
        FailureKind.CONFIGURATION,
        property + "=" + location + " holds no X.509 certificate.",
        "Give a certificate as PEM (it begins with -----BEGIN CERTIFICATE-----) or DER.",
        cause);
  }
}
