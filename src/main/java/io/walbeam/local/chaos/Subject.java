package io.walbeam.local.chaos;

/** Whom a fault meets. At one time each has one fault at most, and all may have one. */
enum Subject {
  PROGRAM,
  POSTGRES,
  SOURCE_NETWORK,
  DESTINATION_NETWORK,
  DESTINATION
}
