/**
 * Publishes to Pub/Sub: the envelope of each change as a message, ordered by table and key; what
 * the slot cannot know is in files, by {@code sink.file}.
 *
 * <p>Guarantee: a write returns only when Pub/Sub has acknowledged each message, so messages of one
 * key are in the order of their changes; after a failure the key goes on where it stopped. Imports
 * sink, sink.file, row, deadletter, change and failure.
 */
@NullMarked
package io.walbeam.sink.pubsub;

import org.jspecify.annotations.NullMarked;
