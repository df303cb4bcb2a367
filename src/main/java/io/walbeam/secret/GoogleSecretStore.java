package io.walbeam.secret;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import com.google.cloud.secretmanager.v1.AccessSecretVersionResponse;
import com.google.cloud.secretmanager.v1.SecretManagerServiceClient;
import com.google.cloud.secretmanager.v1.SecretManagerServiceSettings;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.IOException;
import java.util.regex.Pattern;

/** Google Secret Manager, with the application default credentials. */
final class GoogleSecretStore implements SecretStore {
  private static final Pattern NAME =
      Pattern.compile("projects/[^/]+/(locations/[^/]+/)?secrets/[^/]+(/versions/[^/]+)?");

  private final ClientFactory clients;

  GoogleSecretStore() {
    this(SecretManagerServiceClient::create);
  }

  /** With settings of the caller's own, such as another endpoint. */
  GoogleSecretStore(SecretManagerServiceSettings settings) {
    this(() -> SecretManagerServiceClient.create(settings));
  }

  private GoogleSecretStore(ClientFactory clients) {
    this.clients = clients;
  }

  /** Opens a client; the credentials are looked for at that moment. */
  @FunctionalInterface
  private interface ClientFactory {
    SecretManagerServiceClient open() throws IOException;
  }

  @Override
  public byte[] read(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "The secret reference secret:" + name + " is not of the form Secret Manager uses.",
          "Write secret:projects/PROJECT/secrets/NAME/versions/VERSION.");
    }
    String version = name.contains("/versions/") ? name : name + "/versions/latest";
    try (SecretManagerServiceClient client = clients.open()) {
      AccessSecretVersionResponse response = client.accessSecretVersion(version);
      return response.getPayload().getData().toByteArray();
    } catch (ApiException e) {
      throw failure(version, e.getStatusCode().getCode(), e);
    } catch (IOException e) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "There are no Google credentials to read the secret " + version + " with.",
          "Run 'gcloud auth application-default login', or give the worker a service account.",
          e);
    }
  }

  private static WalbeamException failure(
      String version, StatusCode.Code code, ApiException cause) {
    return switch (code) {
      case NOT_FOUND ->
          new WalbeamException(
              FailureKind.CONFIGURATION,
              "The secret " + version + " does not exist.",
              "Create it in Secret Manager, or correct the reference.",
              cause);
      case PERMISSION_DENIED, UNAUTHENTICATED ->
          new WalbeamException(
              FailureKind.OPERATOR,
              "The secret " + version + " may not be read by this account.",
              "Grant it the role roles/secretmanager.secretAccessor on the secret.",
              cause);
      case FAILED_PRECONDITION, INVALID_ARGUMENT ->
          new WalbeamException(
              FailureKind.OPERATOR,
              "The secret " + version + " is disabled, destroyed, or named wrongly.",
              "Enable that version, or refer to one that is enabled.",
              cause);
      default ->
          new WalbeamException(
              FailureKind.TRANSIENT,
              "Secret Manager does not answer for the secret " + version + " (" + code + ").",
              "Try again; check the network if it lasts.",
              cause);
    };
  }
}
