/** Publishing, against the stand-in. */
@org.jspecify.annotations.NullMarked
package io.walbeam.sink.pubsub;
