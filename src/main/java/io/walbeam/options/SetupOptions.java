package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** What {@code setup} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Setup")
public interface SetupOptions extends PipelineOptions {
  @Description("Print what is missing as a script for psql, and change nothing.")
  boolean isPrint();

  void setPrint(boolean value);

  @Description("Print what is missing, then do it; --postgresUser is the administrator.")
  boolean isApply();

  void setApply(boolean value);

  @Description(
      "Print what setup has made, then take it back: slot, publications, grants, role. With --print"
          + " only print it.")
  boolean isRemove();

  void setRemove(boolean value);

  @Description("The role that runs will log in as; made if it is missing.")
  @Default.String("walbeam")
  String getRole();

  void setRole(String value);

  @Description(
      "Password that a role gets when it is made: env:NAME, file:path or"
          + " secret:projects/p/secrets/s/versions/v. Default: none; a person sets one.")
  @Nullable String getRolePassword();

  void setRolePassword(@Nullable String value);

  @Description(
      "Patterns like --tables: tables that get REPLICA IDENTITY FULL, so that updates and deletions"
          + " of a table without a key are replicated. Default: none.")
  @Nullable String getIdentityFull();

  void setIdentityFull(@Nullable String value);

  @Description(
      "An event trigger writes the text of statements on tables into the log, which then is in"
          + " _walbeam_schema_changes; only a superuser may make it. --remove drops it.")
  boolean isCaptureDdl();

  void setCaptureDdl(boolean value);

  @Description(
      "Who writes to BigQuery, as IAM names it:"
          + " serviceAccount:NAME@PROJECT.iam.gserviceaccount.com. Default: a placeholder in the"
          + " lines for a shell.")
  @Nullable String getMember();

  void setMember(@Nullable String value);
}
