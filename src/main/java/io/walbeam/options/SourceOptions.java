package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Where changes come from.
 *
 * <p>Public because Beam builds a proxy of it. Getters and help texts only; {@link OptionsReader}
 * gives them meaning.
 */
@OptionGroup("Source")
public interface SourceOptions extends PipelineOptions {
  @Description(
      "Where PostgreSQL is: jdbc:postgresql://host:port/database or"
          + " postgresql://user@host:port/database; TLS by ?sslmode=, sslrootcert=, sslcert=,"
          + " sslkey=, whose files may be paths, gs:// or secret:.")
  @Nullable String getPostgresUrl();

  void setPostgresUrl(@Nullable String value);

  @Description("The PostgreSQL role to connect as; needs REPLICATION.")
  @Nullable String getPostgresUser();

  void setPostgresUser(@Nullable String value);

  @Description(
      "The role's password: env:NAME, file:path, secret:projects/p/secrets/s/versions/v, or with"
          + " DirectRunner the plain text; with DataflowRunner only secret:.")
  @Nullable String getPostgresPassword();

  void setPostgresPassword(@Nullable String value);

  @Description(
      "Name of the logical replication slot; created when missing, reused when there, never"
          + " dropped.")
  @Default.String("walbeam")
  String getSlot();

  void setSlot(String value);

  @Description(
      "Name of the publication; created when missing if the role may, reused when there, never"
          + " dropped.")
  @Default.String("walbeam")
  String getPublication();

  void setPublication(String value);

  @Description(
      "on: tables that come later join the publications that walbeam made, if --tables matches and"
          + " the role owns them; off: they are left out.")
  @Default.String("on")
  @OneOf({"on", "off"})
  String getPublishNewTables();

  void setPublishNewTables(String value);

  @Description(
      "Generated columns that PostgreSQL does not publish: omit: they stay out; read: they are"
          + " looked up for each row that changes, which costs the source a query for each batch.")
  @Default.String("omit")
  @OneOf({"omit", "read"})
  String getGeneratedColumns();

  void setGeneratedColumns(String value);

  @Description(
      "Tables to replicate, patterns like public.*,sales.orders; default: what the publication"
          + " holds.")
  @Default.String("")
  String getTables();

  void setTables(String value);

  @Description("Tables to leave out, patterns like public.audit_*.")
  @Default.String("")
  String getExcludeTables();

  void setExcludeTables(String value);

  @Description(
      "First section of every change position; raise it by one after a failover or restore that"
          + " reuses log sequence numbers.")
  @Default.String("0")
  String getEpoch();

  void setEpoch(String value);
}
