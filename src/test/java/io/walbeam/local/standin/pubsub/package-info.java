/** The Pub/Sub stand-in keeps Pub/Sub's rules. */
@org.jspecify.annotations.NullMarked
package io.walbeam.local.standin.pubsub;
