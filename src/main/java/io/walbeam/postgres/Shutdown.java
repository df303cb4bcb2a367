package io.walbeam.postgres;

/** How a server shuts down (PostgreSQL documentation, "Shutting Down the Server"). */
public enum Shutdown {
  /** It does not, as far as is known. */
  NONE,
  /** It lets the sessions that it has go on, and takes no new one. */
  SMART,
  /** It has ended its sessions; it waits until replication is confirmed to the end of its WAL. */
  FAST
}
