package io.walbeam.sink.file;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.util.MimeTypes;

/**
 * A bucket, or whatever else Beam's file systems know, where a file is there as a whole or not at
 * all. Rows wait in a local file until they are sent: an upload that fails can be repeated only
 * with all of them.
 */
final class RemoteStorage implements Storage {
  /** Of local files whose rows are not sent yet. */
  private static final String PREFIX = "walbeam-unsent-";

  private static final String SUFFIX = ".part";

  private final String directory;

  /**
   * @param directory without a slash at the end
   */
  RemoteStorage(String directory) {
    this.directory = directory;
  }

  @Override
  public String describe() {
    return directory;
  }

  /** Only writing shows whether a bucket is there: it need not have any object yet. */
  @Override
  public void requireDirectory() {}

  /** What is not complete is not there; only the local files of dead processes are left. */
  @Override
  public void sweep() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary, PREFIX + "*" + SUFFIX)) {
      for (Path file : left) {
        Spool.deleteLeftover(file);
      }
    }
  }

  @Override
  public Part begin(String folder, String name) throws IOException {
    Path local = Files.createTempFile(PREFIX, SUFFIX);
    return new RemotePart(Spool.begin(local), resource(folder + "/" + name));
  }

  @Override
  public void put(String path, byte[] content) throws IOException {
    try (OutputStream out = create(resource(path))) {
      out.write(content);
    }
  }

  @Override
  public Optional<byte[]> get(String path) throws IOException {
    try (InputStream in = Channels.newInputStream(FileSystems.open(resource(path)))) {
      return Optional.of(in.readAllBytes());
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<String> list(String folder) throws IOException {
    MatchResult found =
        FileSystems.match(directory + "/" + folder + "/*", EmptyMatchTreatment.ALLOW);
    List<String> names = new ArrayList<>();
    for (MatchResult.Metadata file : found.metadata()) {
      String name = file.resourceId().getFilename();
      if (name != null && !name.isEmpty()) {
        names.add(name);
      }
    }
    names.sort(null);
    return names;
  }

  @Override
  public void delete(String path) throws IOException {
    FileSystems.delete(
        List.of(resource(path)), MoveOptions.StandardMoveOptions.IGNORE_MISSING_FILES);
  }

  private ResourceId resource(String path) {
    return FileSystems.matchNewResource(directory + "/" + path, false);
  }

  private static OutputStream create(ResourceId file) throws IOException {
    return Channels.newOutputStream(FileSystems.create(file, MimeTypes.BINARY));
  }

  private static final class RemotePart extends SpooledPart {
    private final ResourceId target;

    RemotePart(Spool spool, ResourceId target) {
      super(spool);
      this.target = target;
    }

    @Override
    public void publish() throws IOException {
      spool.force();
      OutputStream out = create(target);
      try (InputStream in = Files.newInputStream(spool.path())) {
        in.transferTo(out);
      }
      // Only now: closing after a failure would show half of the file.
      out.close();
      spool.discard();
    }
  }
}
