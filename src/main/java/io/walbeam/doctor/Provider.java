package io.walbeam.doctor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Who runs the PostgreSQL server, which decides how a setting is changed and who may replicate. The
 * statements are those of each provider's documentation.
 */
public enum Provider {
  SELF_MANAGED("self-managed"),
  RDS("rds"),
  AURORA("aurora"),
  CLOUD_SQL("cloudsql"),
  ALLOYDB("alloydb"),
  AZURE("azure"),
  SUPABASE("supabase"),
  NEON("neon"),
  HEROKU("heroku"),
  CRUNCHY("crunchy"),
  RENDER("render");

  private final String word;

  Provider(String word) {
    this.word = word;
  }

  /** As it is given on the command line. */
  public String word() {
    return word;
  }

  /** The provider of that word. */
  public static Optional<Provider> of(String word) {
    return Arrays.stream(values()).filter(provider -> provider.word.equals(word)).findFirst();
  }

  /**
   * Recognises the provider by the name of the host, then by the roles that it puts into every
   * server.
   *
   * @param host as in the URL
   * @param roles names of roles that exist
   * @param aurora whether the server knows Aurora's functions
   */
  static Provider recognise(String host, List<String> roles, boolean aurora) {
    String name = host.toLowerCase(Locale.ROOT);
    if (aurora) {
      return AURORA;
    }
    if (name.endsWith(".postgres.database.azure.com") || roles.contains("azure_pg_admin")) {
      return AZURE;
    }
    if (name.endsWith(".supabase.co") || name.endsWith(".supabase.com")) {
      return SUPABASE;
    }
    if (name.endsWith(".neon.tech") || roles.contains("neon_superuser")) {
      return NEON;
    }
    if (name.endsWith(".postgresbridge.com")) {
      return CRUNCHY;
    }
    if (name.endsWith(".render.com")) {
      return RENDER;
    }
    if (roles.contains("rds_superuser")) {
      return RDS;
    }
    if (roles.contains("alloydbsuperuser")) {
      return ALLOYDB;
    }
    if (roles.contains("cloudsqlsuperuser")) {
      return CLOUD_SQL;
    }
    if (roles.contains("supabase_admin")) {
      return SUPABASE;
    }
    return SELF_MANAGED;
  }

  /** Why it cannot be a source at all; empty if it can. */
  Optional<String> refusal() {
    return switch (this) {
      case HEROKU ->
          Optional.of(
              "Heroku Postgres gives no role the right to replicate; move the database, or"
                  + " replicate it to a server that can be a source.");
      case RENDER ->
          Optional.of(
              "Render gives no role the right to replicate unless its support turns logical"
                  + " replication on for the database; ask them.");
      default -> Optional.empty();
    };
  }

  /** What makes a role that may log in and replicate, without semicolons. */
  List<String> createRole(String role) {
    return switch (this) {
      case RDS, AURORA ->
          List.of("CREATE ROLE " + role + " LOGIN", "GRANT rds_replication TO " + role);
      default -> List.of("CREATE ROLE " + role + " LOGIN REPLICATION");
    };
  }

  /** What gives {@code role} the right to replicate. */
  String replicationFor(String role) {
    return switch (this) {
      case RDS, AURORA -> "GRANT rds_replication TO " + role + ";";
      case HEROKU, RENDER -> refusal().orElse("");
      default -> "ALTER ROLE " + role + " REPLICATION;";
    };
  }

  /** What turns logical decoding on; each of them restarts the server. */
  String logicalDecoding() {
    return switch (this) {
      case RDS ->
          "aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters"
              + " ParameterName=rds.logical_replication,ParameterValue=1,ApplyMethod=pending-reboot"
              + " && aws rds reboot-db-instance --db-instance-identifier INSTANCE";
      case AURORA ->
          "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name GROUP"
              + " --parameters"
              + " ParameterName=rds.logical_replication,ParameterValue=1,ApplyMethod=pending-reboot"
              + " && aws rds reboot-db-instance --db-instance-identifier WRITER";
      case CLOUD_SQL ->
          "gcloud sql instances patch INSTANCE --database-flags=cloudsql.logical_decoding=on"
              + " (name your other flags too)";
      case ALLOYDB ->
          "gcloud alloydb instances update INSTANCE --cluster=CLUSTER --region=REGION"
              + " --database-flags=alloydb.logical_decoding=on (name your other flags too)";
      case NEON -> "Turn on Logical Replication in the project's settings in the Neon console.";
      case HEROKU, RENDER -> refusal().orElse("");
      default -> setting("wal_level", "logical") + restart();
    };
  }

  /** What renews the server's certificate. */
  String certificate() {
    return switch (this) {
      case SELF_MANAGED -> "Put a new one at ssl_cert_file, then: SELECT pg_reload_conf();";
      case RDS, AURORA ->
          "aws rds modify-db-instance --db-instance-identifier INSTANCE --ca-certificate-identifier"
              + " rds-ca-rsa2048-g1 --apply-immediately";
      case CLOUD_SQL ->
          "gcloud sql ssl server-ca-certs create --instance=INSTANCE, give its file to"
              + " sslrootcert, then gcloud sql ssl server-ca-certs rotate --instance=INSTANCE";
      default -> "Ask the provider when it is renewed.";
    };
  }

  /** What restarts the server, to follow a statement; empty if the statement does. */
  String restart() {
    return switch (this) {
      case SELF_MANAGED -> " Then restart the server.";
      case RDS, AURORA -> " Then run: aws rds reboot-db-instance --db-instance-identifier INSTANCE";
      case AZURE ->
          " Then run: az postgres flexible-server restart --resource-group GROUP --name SERVER";
      case CRUNCHY -> " Then run: cb restart CLUSTER";
      default -> "";
    };
  }

  /** What sets a parameter of the server. */
  String setting(String name, String value) {
    return switch (this) {
      case SELF_MANAGED -> "ALTER SYSTEM SET " + name + " = '" + value + "';";
      case RDS ->
          "aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters"
              + " ParameterName="
              + name
              + ",ParameterValue="
              + value
              + ",ApplyMethod=pending-reboot";
      case AURORA ->
          "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name GROUP"
              + " --parameters"
              + " ParameterName="
              + name
              + ",ParameterValue="
              + value
              + ",ApplyMethod=pending-reboot";
      case CLOUD_SQL ->
          "gcloud sql instances patch INSTANCE --database-flags="
              + name
              + "="
              + value
              + " (name your other flags too)";
      case ALLOYDB ->
          "gcloud alloydb instances update INSTANCE --cluster=CLUSTER --region=REGION"
              + " --database-flags="
              + name
              + "="
              + value
              + " (name your other flags too)";
      case AZURE ->
          "az postgres flexible-server parameter set --resource-group GROUP --server-name SERVER"
              + " --name "
              + name
              + " --value "
              + value;
      case SUPABASE ->
          "supabase --experimental --project-ref PROJECT postgres-config update --config "
              + name
              + "="
              + value;
      case CRUNCHY -> "cb config-param set --cluster CLUSTER " + name + "=" + value;
      case NEON, HEROKU, RENDER -> "Ask the provider: only they can set " + name + ".";
    };
  }
}
