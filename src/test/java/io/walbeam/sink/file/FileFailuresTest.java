package io.walbeam.sink.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpResponseException;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FileFailuresTest {
  @Test
  void whatAPersonMustMendSaysWhatToDo() {
    Map<IOException, String> failures =
        Map.of(
            new FileSystemException("/d/x", null, "No space left on device"), "Make room",
            new IOException("wrapped", new IOException("Disk quota exceeded")), "Make room",
            new AccessDeniedException("/d"), "belong to the account",
            new FileNotFoundException("/d/x (Permission denied)"), "belong to the account",
            new FileSystemException("/d/x", null, "Read-only file system"), "belong to the account",
            new NoSuchFileException("/d"), "Create it");
    failures.forEach(
        (cause, remedy) -> {
          WalbeamException failure = FileFailures.of(cause, "/d");
          assertThat(failure.kind()).as("%s", cause).isEqualTo(FailureKind.OPERATOR);
          assertThat(failure.describe()).contains("/d").contains(remedy);
        });
  }

  @Test
  void aBucketIsGrantedAndADirectoryOwned() {
    assertThat(FileFailures.of(new AccessDeniedException("x"), "gs://b/d").remedy())
        .contains("roles/storage.objectUser");
  }

  @Test
  void aBucketThatIsMissingOrForbiddenIsToldByItsStatus() {
    assertThat(FileFailures.of(new IOException("upload", status(404)), "gs://b/d").describe())
        .contains("no bucket for gs://b/d", "Create it");
    for (int code : new int[] {401, 403}) {
      WalbeamException failure =
          FileFailures.of(new IOException("upload", status(code)), "gs://b/d");
      assertThat(failure.kind()).isEqualTo(FailureKind.OPERATOR);
      assertThat(failure.describe()).contains("may not write", "roles/storage.objectUser");
    }
    assertThat(FileFailures.of(new IOException("upload", status(503)), "gs://b/d").kind())
        .isEqualTo(FailureKind.TRANSIENT);
  }

  private static HttpResponseException status(int code) {
    return new HttpResponseException.Builder(code, "", new HttpHeaders()).build();
  }

  @Test
  void anythingElsePassesByItself() {
    assertThat(FileFailures.of(new IOException("Input/output error"), "/d").kind())
        .isEqualTo(FailureKind.TRANSIENT);
  }
}
