package io.walbeam.write;

import io.walbeam.failure.WalbeamException;
import io.walbeam.progress.Receipt;
import io.walbeam.sink.TableSink;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/** Nothing waits outside of its bundle, so receipts are given out where it ends. */
final class WithTheBundle implements ReceiptRelease, ReceiptRelease.Bundle {
  private final TableSink sink;

  WithTheBundle(TableSink sink) {
    this.sink = sink;
  }

  @Override
  public Bundle begin() {
    return this;
  }

  @Override
  public boolean queue(TableRows rows) {
    return false;
  }

  @Override
  public boolean release(Writing writing, long bundleBytes) {
    return false;
  }

  @Override
  public List<Receipt> finish(List<Receipt> receipts) throws InterruptedException {
    try {
      sink.flush().get();
    } catch (ExecutionException e) {
      throw WalbeamException.of(e.getCause(), "Rows that were taken could not be made durable.");
    }
    return List.copyOf(receipts);
  }

  @Override
  public void throwFailure() {}

  @Override
  public Set<String> tables() {
    return Set.of();
  }

  @Override
  public boolean awaitEmpty(Duration timeout) {
    return true;
  }
}
