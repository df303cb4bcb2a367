package io.walbeam.write;

import io.walbeam.progress.Receipt;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Nothing waits outside of its bundle, so receipts are given out where it ends. */
final class WithTheBundle implements ReceiptRelease, ReceiptRelease.Bundle {
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
  public List<Receipt> finish(List<Receipt> receipts) {
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
