/**
 * Pub/Sub's {@code Publisher} and {@code Subscriber} in memory: topics, publishing, pulling and
 * streaming pull, acknowledgements and their deadlines, redelivery, order by key. Limits are those
 * of the documentation ("Quotas and limits", "Order messages"), as hard as there.
 *
 * <p>Differences: there are no filters, dead-letter topics, snapshots, push, retention or exactly
 * once delivery; asking for one is refused. A subscription's messages are in memory until they are
 * acknowledged. Imports nothing of walbeam.
 */
@NullMarked
package io.walbeam.local.standin.pubsub;

import org.jspecify.annotations.NullMarked;
