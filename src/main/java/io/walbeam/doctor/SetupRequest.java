package io.walbeam.doctor;

import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.postgres.RolePassword;
import java.util.Optional;

/**
 * What is to be set up, or taken back.
 *
 * @param replication slot and publication, and the way to the server as its administrator
 * @param tables which are to be published
 * @param role that runs log in as
 * @param full tables that get REPLICA IDENTITY FULL
 * @param captureDdl whether an event trigger tells of statements
 * @param provider who runs the server, if it was said
 * @param password that the role gets if it is made; empty if a person sets it
 */
public record SetupRequest(
    ReplicationSettings replication,
    TablePatterns tables,
    String role,
    Optional<TablePatterns> full,
    boolean captureDdl,
    Optional<Provider> provider,
    Optional<RolePassword> password) {
  Plan plan() {
    return Plan.of(replication, tables);
  }
}
